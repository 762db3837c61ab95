-- What providers call the messages they took on, and what they reported: a report may come before its message is marked as taken on.
CREATE TABLE message_refs (
    name    {{.Ascii 105}} NOT NULL PRIMARY KEY,
    message {{.ID}}        NULL,
    fate    {{.Small}}     NOT NULL DEFAULT 0,
    reason  {{.Ascii 40}}  NOT NULL DEFAULT '',
    said_at {{.Int}}       NOT NULL DEFAULT 0,
    made_at {{.Int}}       NOT NULL DEFAULT 0
) {{.Clustered}}
