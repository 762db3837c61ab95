-- Payments that the banks were told to make. What is behind them is held until a line of a statement tells of them.
CREATE TABLE trust_payouts (
    no         {{.Int}}   NOT NULL PRIMARY KEY,
    kind       {{.Small}} NOT NULL,
    bank       {{.Int}}   NOT NULL,
    account    {{.Int}}   NOT NULL,
    amount     {{.Int}}   NOT NULL,
    payee      {{.Int}}   NOT NULL,
    hold_id    {{.ID}}    NOT NULL,
    state      {{.Small}} NOT NULL,
    ordered_at {{.Int}}   NOT NULL,
    ended_at   {{.Int}}   NOT NULL,
    line       {{.ID}}    NULL,
    posting    {{.ID}}    NULL
) {{.Engine}}
