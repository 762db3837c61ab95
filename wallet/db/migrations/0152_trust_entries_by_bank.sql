-- What the books say that no statement has said yet.
CREATE INDEX trust_entries_by_bank ON trust_entries (bank, line, at)
