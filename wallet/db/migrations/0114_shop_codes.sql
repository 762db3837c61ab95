-- Which till a shop code is painted on, for good: two tills that want one code meet here.
CREATE TABLE shop_codes (
    code {{.Ascii 12}} NOT NULL PRIMARY KEY,
    till {{.Int}}      NOT NULL
) {{.Clustered}}
