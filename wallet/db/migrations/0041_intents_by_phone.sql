-- A redial, a repeated callback after a restart and "again?" all ask for the newest intents of one phone: the only index.
CREATE INDEX intents_by_phone ON intents (phone, opened_at)
