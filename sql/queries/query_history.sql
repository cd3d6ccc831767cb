-- Readings of the tokens of one name and what each change meant, oldest first. A reading is kept only when something
-- changed, so the one that held at :since comes first, with the time at which it was read.
-- CROSS JOIN and the plus keep the order of the loops: a range of polls, then one look into each.
WITH named AS (
    SELECT t.id, a.id AS account_id, a.name AS account, t.name AS token, t.generation
    FROM token t JOIN account a ON a.id = t.account
    WHERE t.name = :token AND (:account IS NULL OR a.name = :account)
), begun AS (
    SELECT n.*,
           coalesce((SELECT r.poll FROM poll p CROSS JOIN reading r ON r.poll = p.id AND r.token = n.id
                     WHERE p.account = n.account_id AND p.at <= :since ORDER BY p.id DESC LIMIT 1),
                    (SELECT min(id) FROM poll WHERE at >= :since), 0) AS poll
    FROM named n
)
SELECT p.at, n.account, n.token, n.generation, r.balance_nano,
       CASE k.name WHEN 'consumption' THEN -b.amount_nano ELSE coalesce(b.amount_nano, -r.spent_nano) END
           AS change_nano,
       coalesce(k.name, iif(r.spent_nano IS NULL, 'reading', 'consumption')) AS kind,
       coalesce(b.since, iif(r.spent_nano IS NULL, NULL, p.prior_at)) AS since,
       t.type, t.budgeted, t.expires_at, t.reset_period, t.reset_amount_nano,
       CASE WHEN k.name = 'consumption' AND p.at - b.since > 26 * 3600 THEN p.at - b.since END AS gap_s
FROM begun n
     CROSS JOIN poll p ON p.id >= n.poll AND +p.account = n.account_id
     CROSS JOIN reading r ON r.poll = p.id AND r.token = n.id
     CROSS JOIN terms t ON t.id = r.terms
     LEFT JOIN booking b ON b.poll = r.poll AND b.token = r.token
     LEFT JOIN booking_kind k ON k.id = b.kind
WHERE :until IS NULL OR p.at < :until
ORDER BY p.id, n.account, b.seq;
