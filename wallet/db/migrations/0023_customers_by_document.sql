-- Who else named this ID number? The index is blind: it holds no number.
CREATE INDEX customers_by_document ON customers (id_index)
