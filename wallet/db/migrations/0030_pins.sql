-- One row per subject and purpose: what proves a PIN, without the PIN, and how many wrong ones were typed.
CREATE TABLE pins (
    subject {{.ID}}       NOT NULL PRIMARY KEY,
    tries   {{.Small}}    NOT NULL,
    scheme  {{.Small}}    NOT NULL,
    key_id  {{.Ascii 16}} NOT NULL,
    salt    {{.Bytes 16}} NOT NULL,
    mac     {{.Hash}}     NOT NULL,
    set_at  {{.Int}}      NOT NULL
) {{.Clustered}}
