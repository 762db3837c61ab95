-- What postings did to holds. Never updated, never deleted.
CREATE TABLE hold_acts (
    seq        {{.Int}}   NOT NULL,
    n          {{.Small}} NOT NULL,
    hold_id    {{.ID}}    NOT NULL,
    verb       {{.Small}} NOT NULL,
    account    {{.Int}}   NOT NULL,
    amount     {{.Int}}   NOT NULL,
    expires_at {{.Int}}   NOT NULL,
    PRIMARY KEY (seq, n)
) {{.Engine}}
