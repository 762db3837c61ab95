-- When a till was last warned that float or cash runs short, so that nobody is told twice.
CREATE TABLE till_warnings (
    till      {{.Int}}   NOT NULL PRIMARY KEY,
    about     {{.Small}} NOT NULL,
    warned_at {{.Int}}   NOT NULL
) {{.Engine}}
