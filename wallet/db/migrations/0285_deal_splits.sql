-- Deposits that were made although they looked like parts of one, with what that looked like then: evidence, and never changed.
CREATE TABLE deal_splits (
    deal     {{.ID}}    NOT NULL PRIMARY KEY,
    till     {{.Int}}   NOT NULL,
    agent    {{.Int}}   NOT NULL,
    super    {{.Int}}   NOT NULL,
    operator {{.Int}}   NOT NULL,
    customer {{.Int}}   NOT NULL,
    at       {{.Int}}   NOT NULL,
    deposits {{.Small}} NOT NULL,
    total    {{.Int}}   NOT NULL,
    gain     {{.Int}}   NOT NULL,
    warned   {{.Small}} NOT NULL
) {{.Clustered}}
