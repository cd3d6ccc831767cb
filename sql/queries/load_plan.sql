-- What outlives the process of an account's plan, and how its last poll ended; no row: it was never polled, or the API
-- was another one.
SELECT a.not_before_at, a.failures, p.at, p.result
FROM account a JOIN poll p ON p.id = (SELECT id FROM poll WHERE account = a.id ORDER BY id DESC LIMIT 1)
WHERE a.id = :account AND a.asked_url = :url AND a.not_before_at IS NOT NULL;
