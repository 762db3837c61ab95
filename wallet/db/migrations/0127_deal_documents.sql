-- IDs that were shown at a counter for deals with people without a wallet, sealed.
CREATE TABLE deal_documents (
    deal      {{.ID}}        NOT NULL PRIMARY KEY,
    id_type   {{.Small}}     NOT NULL,
    id_sealed {{.Bytes 120}} NOT NULL,
    id_index  {{.Hash}}      NOT NULL
) {{.Clustered}}
