-- One row per posting ID ever spent, accepted or refused, in the ledger's one order. Never updated, never deleted.
CREATE TABLE postings (
    seq        {{.Int}}       NOT NULL PRIMARY KEY,
    id         {{.ID}}        NOT NULL,
    kind       {{.Small}}     NOT NULL,
    request    {{.Hash}}      NOT NULL,
    refusal    {{.Text 200}}  NULL,
    receipt_no {{.Int}}       NOT NULL,
    corrects   {{.ID}}        NULL,
    rules      {{.Ascii 80}}  NOT NULL,
    at         {{.Int}}       NOT NULL,
    hash       {{.Hash}}      NOT NULL
) {{.Engine}}
