-- How many wallets name a document, counted in the commit that opens one, so that the rule holds for two at once.
CREATE TABLE customer_documents (
    document {{.ID}}  NOT NULL PRIMARY KEY,
    wallets  {{.Int}} NOT NULL
) {{.Clustered}}
