-- By how much trust was found to fall short, by check. While any of them is above zero no e-money is issued.
CREATE TABLE trust_alarms (
    id    {{.Int}} NOT NULL PRIMARY KEY,
    short {{.Int}} NOT NULL,
    since {{.Int}} NOT NULL
) {{.Engine}}
