-- Every cash-out that an operator asks a customer to approve: one row each, so that none vanishes behind the next. It takes the place
-- of counter_asks, of which nothing is carried over: a request lives for minutes.
CREATE TABLE asks (
    id         {{.ID}}       NOT NULL PRIMARY KEY,
    customer   {{.Int}}      NOT NULL,
    till       {{.Int}}      NOT NULL,
    operator   {{.Int}}      NOT NULL,
    amount     {{.Int}}      NOT NULL,
    fee        {{.Int}}      NOT NULL,
    shop       {{.Text 80}}  NOT NULL,
    state      {{.Small}}    NOT NULL,
    asked_at   {{.Int}}      NOT NULL,
    expires_at {{.Int}}      NOT NULL,
    posting    {{.ID}}
) {{.Clustered}}
