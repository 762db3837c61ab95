-- Whether the person got the end of the conversation: known later than the closing and from outside the ledger's commits.
CREATE TABLE intent_ends (
    intent {{.ID}}    NOT NULL PRIMARY KEY,
    shown  {{.Small}} NOT NULL
) {{.Clustered}}
