-- How far the statements of each bank are known: the next line follows from there.
CREATE TABLE trust_heads (
    bank    {{.Int}} NOT NULL PRIMARY KEY,
    seq     {{.Int}} NOT NULL,
    balance {{.Int}} NOT NULL,
    day     {{.Int}} NOT NULL
) {{.Engine}}
