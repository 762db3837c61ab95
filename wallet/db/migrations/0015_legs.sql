-- The legs of postings, in the ledger's order. Never updated, never deleted.
CREATE TABLE legs (
    seq     {{.Int}} NOT NULL,
    account {{.Int}} NOT NULL,
    amount  {{.Int}} NOT NULL,
    balance {{.Int}} NOT NULL,
    held    {{.Int}} NOT NULL,
    counted {{.Int}} NOT NULL,
    PRIMARY KEY (seq, account)
) {{.Engine}}
