-- Has this person worked at a counter before? Asked whenever somebody is taken on.
CREATE INDEX operator_documents_by_index ON operator_documents (id_index)
