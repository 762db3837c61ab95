-- Of all processes one sends messages: the holder of this one row.
CREATE TABLE message_lease (
    id     {{.Small}} NOT NULL PRIMARY KEY,
    holder {{.ID}}    NOT NULL,
    until  {{.Int}}   NOT NULL
) {{.Engine}}
