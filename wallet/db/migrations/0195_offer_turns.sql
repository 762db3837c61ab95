-- The offer that a till or a customer has open, so that each has one at a time.
CREATE TABLE offer_turns (
    asker    {{.ID}}  NOT NULL PRIMARY KEY,
    offer    {{.ID}}  NOT NULL,
    until_at {{.Int}} NOT NULL
) {{.Clustered}}
