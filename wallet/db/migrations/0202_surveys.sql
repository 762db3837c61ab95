-- What customers are asked about deals, by SMS, and what they answered: a row for each deal that was drawn.
CREATE TABLE surveys (
    id          {{.ID}}       NOT NULL PRIMARY KEY,
    kind        {{.Small}}    NOT NULL,
    customer    {{.Int}}      NOT NULL,
    phone       {{.Ascii 16}} NOT NULL,
    till        {{.Int}}      NOT NULL,
    code        {{.Ascii 6}}  NOT NULL,
    state       {{.Small}}    NOT NULL,
    until_at    {{.Int}},
    due_at      {{.Int}},
    asked_at    {{.Int}},
    answered_at {{.Int}}
) {{.Clustered}}
