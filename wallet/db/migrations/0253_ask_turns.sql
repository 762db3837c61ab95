-- The request that each customer has, or had last, so that there is one at a time.
CREATE TABLE ask_turns (
    customer {{.Int}} NOT NULL PRIMARY KEY,
    ask      {{.ID}}  NOT NULL,
    until_at {{.Int}} NOT NULL
) {{.Engine}}
