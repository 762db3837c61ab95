-- Texts to be sent, written in the commit of the money they tell of. The defaults are what a new message has not got yet.
CREATE TABLE messages (
    id           {{.ID}}        NOT NULL PRIMARY KEY,
    due_at       {{.Int}}       NULL,
    phone        {{.Ascii 16}}  NOT NULL DEFAULT '',
    body         {{.Text 500}}  NOT NULL DEFAULT '',
    created_at   {{.Int}}       NOT NULL DEFAULT 0,
    attempts     {{.Small}}     NOT NULL DEFAULT 0,
    state        {{.Small}}     NOT NULL DEFAULT 0,
    done_at      {{.Int}}       NULL,
    provider_ref {{.Ascii 64}}  NOT NULL DEFAULT '',
    error        {{.Ascii 120}} NOT NULL DEFAULT ''
) {{.Clustered}}
