-- The present state of each hold; what was done to it stands in hold_acts.
CREATE TABLE holds (
    id          {{.ID}}    NOT NULL PRIMARY KEY,
    account     {{.Int}}   NOT NULL,
    amount      {{.Int}}   NOT NULL,
    remaining   {{.Int}}   NOT NULL,
    expires_at  {{.Int}}   NOT NULL,
    state       {{.Small}} NOT NULL
) {{.Engine}}
