-- Counters that hand out blocks of numbers (accounts, customers); a block lost in a crash leaves a harmless gap.
CREATE TABLE numbers (
    name      {{.Ascii 20}} NOT NULL PRIMARY KEY,
    next_free {{.Int}}      NOT NULL
) {{.Engine}}
