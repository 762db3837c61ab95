-- The only bank accounts that money may be paid to out of trust, each for one ledger account.
CREATE TABLE trust_payees (
    no         {{.Int}}      NOT NULL PRIMARY KEY,
    account    {{.Int}}      NOT NULL,
    bank       {{.Text 60}}  NOT NULL,
    number     {{.Ascii 34}} NOT NULL,
    holder     {{.Text 60}}  NOT NULL,
    added_at   {{.Int}}      NOT NULL,
    dropped_at {{.Int}}      NOT NULL
) {{.Engine}}
