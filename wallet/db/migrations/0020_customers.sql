-- Who the customers are. The ID number is sealed under a key outside the database; id_index finds it without telling it.
CREATE TABLE customers (
    id            {{.Int}}       NOT NULL PRIMARY KEY,
    account       {{.Int}}       NOT NULL,
    phone         {{.Ascii 16}}  NOT NULL,
    name          {{.Text 40}}   NOT NULL,
    name_verified {{.Small}}     NOT NULL,
    tier          {{.Small}}     NOT NULL,
    status        {{.Ascii 10}}  NOT NULL,
    language      {{.Ascii 8}}   NOT NULL,
    terms         {{.Ascii 30}}  NOT NULL,
    terms_at      {{.Int}}       NOT NULL,
    id_type       {{.Small}}     NOT NULL,
    id_sealed     {{.Bytes 120}} NULL,
    id_index      {{.Hash}}      NULL,
    created_at    {{.Int}}       NOT NULL
) {{.Engine}}
