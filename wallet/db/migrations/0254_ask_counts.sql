-- How many requests of an operator (second half of the key) to a customer (first half) came to nothing on the last day there were any.
CREATE TABLE ask_counts (
    pair  {{.ID}}    NOT NULL PRIMARY KEY,
    date  {{.Int}}   NOT NULL,
    asked {{.Small}} NOT NULL
) {{.Clustered}}
