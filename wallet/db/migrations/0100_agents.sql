-- The agents: businesses that keep tills, and the super-agents above them. parts counts what is not closed below.
CREATE TABLE agents (
    id         {{.Int}}      NOT NULL PRIMARY KEY,
    parent     {{.Int}}      NOT NULL,
    kind       {{.Ascii 10}} NOT NULL,
    payable    {{.Int}}      NOT NULL,
    created_at {{.Int}}      NOT NULL,
    name       {{.Text 40}}  NOT NULL,
    class      {{.Small}}    NOT NULL,
    nominated  {{.Int}}      NOT NULL,
    status     {{.Ascii 10}} NOT NULL,
    parts      {{.Int}}      NOT NULL CHECK (parts >= 0)
) {{.Engine}}
