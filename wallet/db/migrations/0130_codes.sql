-- What a secret code stands for, and what proves it without the code. Wrong tries are counted here, in the ledger's commit.
CREATE TABLE codes (
    id         {{.ID}}       NOT NULL PRIMARY KEY,
    drawn_from {{.ID}}       NOT NULL,
    kind       {{.Small}}    NOT NULL,
    owner      {{.Int}}      NOT NULL,
    phone      {{.Ascii 16}} NOT NULL,
    record     {{.ID}},
    amount     {{.Int}}      NOT NULL,
    fee        {{.Int}}      NOT NULL,
    tax        {{.Int}}      NOT NULL,
    worded     {{.Small}}    NOT NULL,
    state      {{.Small}}    NOT NULL,
    tries_left {{.Small}}    NOT NULL,
    scheme     {{.Small}}    NOT NULL,
    key_id     {{.Ascii 16}} NOT NULL,
    salt       {{.Bytes 16}} NOT NULL,
    mac        {{.Hash}}     NOT NULL,
    made_at    {{.Int}}      NOT NULL,
    expires_at {{.Int}}      NOT NULL,
    ended_at   {{.Int}},
    ended_by   {{.ID}},
    due_at     {{.Int}}
) {{.Clustered}}
