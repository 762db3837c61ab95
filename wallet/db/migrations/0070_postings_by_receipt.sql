-- A receipt code decodes to its number, and the number leads to the posting. Numbers ascend, so this index costs little.
CREATE INDEX postings_by_receipt ON postings (receipt_no)
