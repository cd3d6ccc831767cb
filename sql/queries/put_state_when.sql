INSERT INTO state_when (verdict, missing, unreadable, expired, fresh, state, is_verdict)
VALUES (:verdict, :missing, :unreadable, :expired, :fresh, :state, :is_verdict)
ON CONFLICT DO UPDATE SET state = excluded.state, is_verdict = excluded.is_verdict
WHERE state <> excluded.state OR is_verdict <> excluded.is_verdict;
