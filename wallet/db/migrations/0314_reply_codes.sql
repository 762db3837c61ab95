-- Who has agreed to confirm small payments by a one-time code, the code that was sent last (as a MAC), wrong ones, and what was paid so today.
CREATE TABLE reply_codes (
    customer    {{.ID}}       NOT NULL PRIMARY KEY,
    agreed_at   {{.Int}}      NOT NULL,
    intent      {{.ID}}       NOT NULL,
    key_id      {{.Ascii 16}} NOT NULL,
    salt        {{.Bytes 16}},
    mac         {{.Bytes 32}},
    until       {{.Int}}      NOT NULL,
    wrong       {{.Int}}      NOT NULL,
    wrong_since {{.Int}}      NOT NULL,
    locked      {{.Int}}      NOT NULL,
    day         {{.Int}}      NOT NULL,
    spent       {{.Int}}      NOT NULL
) {{.Clustered}}
