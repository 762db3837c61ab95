-- What was imported before balances were kept: the next statement must go on from its sum.
INSERT INTO trust_heads (bank, seq, balance, day)
SELECT l.bank, COUNT(*), SUM(l.amount), MAX(l.day)
FROM   trust_lines l
WHERE  l.detail <> 'seed' AND NOT EXISTS (SELECT 1 FROM trust_heads h WHERE h.bank = l.bank)
GROUP BY l.bank
