-- What customers say of a till, lately and in all.
CREATE TABLE survey_records (
    till      {{.Int}} NOT NULL PRIMARY KEY,
    since     {{.Int}},
    yes       {{.Int}} NOT NULL,
    no        {{.Int}} NOT NULL,
    cases     {{.Int}} NOT NULL,
    all_asked {{.Int}} NOT NULL,
    all_yes   {{.Int}} NOT NULL,
    all_no    {{.Int}} NOT NULL,
    all_cases {{.Int}} NOT NULL
) {{.Engine}}
