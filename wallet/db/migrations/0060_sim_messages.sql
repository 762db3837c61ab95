-- What the simulator's phones received, so that a restart of the demo loses no SMS. Stays empty outside a demo.
CREATE TABLE sim_messages (
    phone {{.Ascii 16}}  NOT NULL,
    id    {{.ID}}        NOT NULL,
    at    {{.Int}}       NOT NULL,
    text  {{.Text 1000}} NOT NULL,
    PRIMARY KEY (phone, id)
) {{.Clustered}}
