-- Disagreements about deals, with what speaks for them and how they were settled.
CREATE TABLE counter_cases (
    id          {{.ID}}        NOT NULL PRIMARY KEY,
    kind        {{.Small}}     NOT NULL,
    deal        {{.ID}},
    customer    {{.Int}}       NOT NULL,
    till        {{.Int}}       NOT NULL,
    amount      {{.Int}}       NOT NULL,
    held        {{.Int}}       NOT NULL,
    float_hold  {{.ID}},
    wallet_hold {{.ID}},
    evidence    {{.Text 1000}} NOT NULL,
    state       {{.Small}}     NOT NULL,
    note        {{.Text 400}}  NOT NULL,
    opened_at   {{.Int}}       NOT NULL,
    closed_at   {{.Int}}
) {{.Clustered}}
