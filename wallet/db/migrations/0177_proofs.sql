-- How far a person has come in proving who they are without a PIN, and how many answers were wrong. The code is kept as a MAC.
CREATE TABLE proofs (
    subject      {{.ID}}       NOT NULL PRIMARY KEY,
    way          {{.Small}}    NOT NULL,
    step         {{.Small}}    NOT NULL,
    until        {{.Int}}      NOT NULL,
    key_id       {{.Ascii 16}} NOT NULL,
    salt         {{.Bytes 16}} NOT NULL,
    mac          {{.Bytes 32}} NOT NULL,
    wrong        {{.Small}}    NOT NULL,
    wrong_since  {{.Int}}      NOT NULL,
    codes        {{.Small}}    NOT NULL,
    codes_since  {{.Int}}      NOT NULL,
    locked_until {{.Int}}      NOT NULL,
    small_until  {{.Int}}      NULL
) {{.Clustered}}
