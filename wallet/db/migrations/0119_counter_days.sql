-- What a customer did at counters on the last day there was: one row, so that two counters at once cannot both be the first.
CREATE TABLE counter_days (
    customer {{.Int}} NOT NULL PRIMARY KEY,
    date     {{.Int}} NOT NULL,
    in_sum   {{.Int}} NOT NULL,
    out_sum  {{.Int}} NOT NULL,
    own_sum  {{.Int}} NOT NULL,
    turned   {{.Int}} NOT NULL,
    loops    {{.Int}} NOT NULL
) {{.Engine}}
