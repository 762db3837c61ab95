-- What a phone was asked by SMS, and what its answer 1 or 2 stands for, as commands are written. It is for minutes, one for each phone.
CREATE TABLE text_questions (
    id    {{.ID}}       NOT NULL PRIMARY KEY,
    ways  {{.Text 200}} NOT NULL,
    until {{.Int}}      NOT NULL
) {{.Clustered}}
