-- On which network a phone was last seen, as its gateway called it: people take their numbers along to other networks.
CREATE TABLE phone_networks (
    phone   {{.Ascii 16}} NOT NULL PRIMARY KEY,
    network {{.Ascii 40}} NOT NULL,
    seen_at {{.Int}}      NOT NULL
) {{.Clustered}}
