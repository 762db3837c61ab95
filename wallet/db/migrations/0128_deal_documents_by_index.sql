-- All that one document was shown for.
CREATE INDEX deal_documents_by_index ON deal_documents (id_index)
