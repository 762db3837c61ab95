-- Who works here. password and totp are sealed under a key outside the database; id is derived from the name.
CREATE TABLE staff (
    id           {{.ID}}        NOT NULL PRIMARY KEY,
    name         {{.Ascii 30}}  NOT NULL,
    roles        {{.Small}}     NOT NULL,
    status       {{.Small}}     NOT NULL,
    password     {{.Bytes 300}} NOT NULL,
    totp         {{.Bytes 120}} NULL,
    step         {{.Int}}       NOT NULL,
    tries        {{.Small}}     NOT NULL,
    locked_until {{.Int}}       NOT NULL,
    created_at   {{.Int}}       NOT NULL,
    password_at  {{.Int}}       NOT NULL,
    proved_at    {{.Int}}       NOT NULL
) {{.Clustered}}
