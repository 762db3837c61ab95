-- What staff have stopped, or limited to a list of phones; id is derived from scope and name. Every process reads all of it now and then.
CREATE TABLE switches (
    id       {{.ID}}         NOT NULL PRIMARY KEY,
    scope    {{.Ascii 10}}   NOT NULL,
    name     {{.Ascii 40}}   NOT NULL,
    state    {{.Small}}      NOT NULL,
    pilot    {{.Ascii 8000}} NOT NULL,
    words    {{.Text 1000}}  NOT NULL,
    why      {{.Text 200}}   NOT NULL,
    from_at  {{.Int}}        NOT NULL,
    until_at {{.Int}}        NOT NULL,
    set_by   {{.Ascii 30}}   NOT NULL,
    set_at   {{.Int}}        NOT NULL
) {{.Clustered}}
