-- Polls since the checkpoint, the newest first. Of tokens that had their turn in one that is under way, their readings
-- are in the sums already: token_state.known_poll says so.
SELECT p.id, p.account, p.at FROM checkpoint c CROSS JOIN poll p ON p.id > c.poll ORDER BY p.id DESC;
