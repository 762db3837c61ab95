-- What was in a till's drawer and on its float when it was last opened for the day.
CREATE TABLE drawers (
    till          {{.Int}} NOT NULL PRIMARY KEY,
    operator      {{.Int}} NOT NULL,
    cash          {{.Int}} NOT NULL,
    float_balance {{.Int}} NOT NULL,
    opened_at     {{.Int}} NOT NULL,
    closed_at     {{.Int}}
) {{.Engine}}
