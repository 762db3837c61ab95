-- The ID documents of operators, sealed: what an operator proves who he is with who forgot the PIN of the counter.
CREATE TABLE operator_documents (
    operator  {{.Int}}       NOT NULL PRIMARY KEY,
    id_type   {{.Small}}     NOT NULL,
    id_sealed {{.Bytes 120}} NOT NULL,
    id_index  {{.Hash}}      NOT NULL,
    set_at    {{.Int}}       NOT NULL
) {{.Engine}}
