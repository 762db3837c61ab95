-- What is asked of a till: float, a swap, cash for a customer on the way. One row each; due_at is empty once it is over.
CREATE TABLE offers (
    id          {{.ID}}       NOT NULL PRIMARY KEY,
    kind        {{.Small}}    NOT NULL,
    state       {{.Small}}    NOT NULL,
    asker       {{.Int}}      NOT NULL,
    till        {{.Int}}      NOT NULL,
    operator    {{.Int}}      NOT NULL,
    customer    {{.Int}}      NOT NULL,
    phone       {{.Ascii 16}} NOT NULL,
    name        {{.Text 40}}  NOT NULL,
    amount      {{.Int}}      NOT NULL,
    fee         {{.Int}}      NOT NULL,
    tax         {{.Int}}      NOT NULL,
    hold_id     {{.ID}},
    typed       {{.Small}}    NOT NULL,
    posting     {{.ID}},
    asked_at    {{.Int}}      NOT NULL,
    answered_at {{.Int}},
    ended_at    {{.Int}},
    due_at      {{.Int}}
) {{.Clustered}}
