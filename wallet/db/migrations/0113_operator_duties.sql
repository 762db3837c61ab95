-- What went over an operator's hands on the last day of work, and what customers refused: a narrow row, as every deal writes it.
CREATE TABLE operator_duties (
    operator     {{.Int}}   NOT NULL PRIMARY KEY,
    day          {{.Int}}   NOT NULL,
    in_day       {{.Int}}   NOT NULL,
    out_day      {{.Int}}   NOT NULL,
    refusals     {{.Small}} NOT NULL,
    barred_until {{.Int}}   NOT NULL
) {{.Engine}}
