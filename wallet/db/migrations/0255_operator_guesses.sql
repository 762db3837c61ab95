-- How many wrong deposit codes an operator has typed, and until when he may type none.
CREATE TABLE operator_guesses (
    operator {{.Int}}   NOT NULL PRIMARY KEY,
    wrong    {{.Small}} NOT NULL,
    until_at {{.Int}}   NOT NULL
) {{.Engine}}
