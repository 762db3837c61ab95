-- One row that every batch locks first: it orders all writers and carries what the next batch builds on.
CREATE TABLE sequencer (
    id      {{.Small}} NOT NULL PRIMARY KEY,
    batch   {{.Int}}   NOT NULL,
    writer  {{.ID}}    NOT NULL,
    seq     {{.Int}}   NOT NULL,
    receipt {{.Int}}   NOT NULL,
    chain   {{.Hash}}  NOT NULL,
    at      {{.Int}}   NOT NULL
) {{.Engine}}
