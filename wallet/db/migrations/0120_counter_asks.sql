-- The cash-out that an operator asks a customer to approve: one row for each customer, so that there is one at a time.
CREATE TABLE counter_asks (
    customer   {{.Int}}      NOT NULL PRIMARY KEY,
    intent     {{.ID}}       NOT NULL,
    till       {{.Int}}      NOT NULL,
    operator   {{.Int}}      NOT NULL,
    amount     {{.Int}}      NOT NULL,
    fee        {{.Int}}      NOT NULL,
    shop       {{.Text 80}}  NOT NULL,
    state      {{.Small}}    NOT NULL,
    asked_at   {{.Int}}      NOT NULL,
    expires_at {{.Int}}      NOT NULL
) {{.Engine}}
