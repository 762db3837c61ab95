-- One row per batch, so that a writer who lost its connection around COMMIT can learn whether it committed.
CREATE TABLE batches (
    batch  {{.Int}}  NOT NULL PRIMARY KEY,
    writer {{.ID}}   NOT NULL,
    seq    {{.Int}}  NOT NULL,
    chain  {{.Hash}} NOT NULL,
    at     {{.Int}}  NOT NULL
) {{.Engine}}
