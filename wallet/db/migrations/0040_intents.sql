-- What a person was shown before the PIN was asked. A row is never changed; what became of it is in intent_closings.
CREATE TABLE intents (
    id         {{.ID}}         NOT NULL PRIMARY KEY,
    kind       {{.Small}}      NOT NULL,
    customer   {{.Int}}        NOT NULL,
    phone      {{.Ascii 16}}   NOT NULL,
    gateway    {{.Ascii 24}}   NOT NULL,
    session    {{.ID}}         NOT NULL,
    turn       {{.Small}}      NOT NULL,
    terms      {{.Bytes 1000}} NOT NULL,
    opened_at  {{.Int}}        NOT NULL,
    expires_at {{.Int}}        NOT NULL
) {{.Clustered}}
