-- How much has left the banks unexplained, from here on kept up by the commits that change it.
INSERT INTO trust_alarms (id, short, since)
SELECT 3, x.short, x.since
FROM   (SELECT COALESCE(SUM(-amount - used), 0) AS short, COALESCE(MIN(imported_at), 0) AS since
        FROM   trust_lines
        WHERE  amount < 0 AND settled = 0) x
WHERE  NOT EXISTS (SELECT 1 FROM trust_alarms WHERE id = 3)
