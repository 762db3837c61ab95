-- When a customer was asked last: one row, so that two processes cannot both ask.
CREATE TABLE survey_customers (
    customer {{.Int}} NOT NULL PRIMARY KEY,
    question {{.ID}}  NOT NULL,
    asked_at {{.Int}} NOT NULL
) {{.Engine}}
