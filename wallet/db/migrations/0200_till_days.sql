-- How a till's day ended: float, deals, and the cash that was counted against the cash that should have been there.
CREATE TABLE till_days (
    id           {{.ID}}  NOT NULL PRIMARY KEY,
    till         {{.Int}} NOT NULL,
    no           {{.Int}} NOT NULL,
    day          {{.Int}} NOT NULL,
    operator     {{.Int}} NOT NULL,
    after_seq    {{.Int}} NOT NULL,
    upto_seq     {{.Int}} NOT NULL,
    ended_at     {{.Int}} NOT NULL,
    float_before {{.Int}} NOT NULL,
    float_after  {{.Int}} NOT NULL,
    in_sum       {{.Int}} NOT NULL,
    out_sum      {{.Int}} NOT NULL,
    other_sum    {{.Int}} NOT NULL,
    opening      {{.Int}},
    cash_in      {{.Int}} NOT NULL,
    cash_out     {{.Int}} NOT NULL,
    brought      {{.Int}} NOT NULL,
    removed      {{.Int}} NOT NULL,
    counted      {{.Int}}
) {{.Clustered}}
