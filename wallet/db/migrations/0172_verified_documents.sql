-- How many wallets were opened on a document that somebody checked, and, once there are two, what moved through all of them.
CREATE TABLE verified_documents (
    document  {{.ID}}  NOT NULL PRIMARY KEY,
    wallets   {{.Int}} NOT NULL,
    day       {{.Int}} NOT NULL,
    month     {{.Int}} NOT NULL,
    out_day   {{.Int}} NOT NULL,
    in_day    {{.Int}} NOT NULL,
    out_month {{.Int}} NOT NULL,
    in_month  {{.Int}} NOT NULL
) {{.Clustered}}
