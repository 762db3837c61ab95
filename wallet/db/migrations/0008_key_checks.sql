-- With which keys this database was written: a MAC of a constant under each, which tells nothing of the key itself.
CREATE TABLE key_checks (
    name   {{.Ascii 20}} NOT NULL,
    key_id {{.Ascii 16}} NOT NULL,
    mac    {{.Hash}}     NOT NULL,
    PRIMARY KEY (name, key_id)
) {{.Clustered}}
