-- Where the audit chain ends: one row, moved on in the commit of every act that is recorded.
CREATE TABLE audit_head (
    id   {{.Int}}  NOT NULL PRIMARY KEY,
    n    {{.Int}}  NOT NULL,
    hash {{.Hash}} NOT NULL
) {{.Engine}}
