-- The states of tokens, credits and accounts, and the daemon's own, leave the outbox: what such a topic says follows
-- from what is stored, so it is published from there. Events and the topics of alerts stay.

-- Topics under which a broker may hold a state, because Ebb published it and has not cleared it since. A row is written
-- once, before the first state goes out.
CREATE TABLE state_topic (
    topic   TEXT PRIMARY KEY,
    refusal TEXT                        -- the broker's reason, if it did not accept the newest state; NULL: it did
) STRICT, WITHOUT ROWID;
CREATE INDEX state_topic_refused ON state_topic (topic) WHERE refusal IS NOT NULL;

-- Only the payload of an alert names a rule.
INSERT INTO state_topic (topic, refusal)
SELECT topic, refusal FROM outbox
WHERE retain = 1 AND length(payload) > 0
      AND CASE WHEN json_valid(CAST(payload AS TEXT))
               THEN json_type(CAST(payload AS TEXT), '$.rule') IS NULL ELSE 0 END;
DELETE FROM outbox WHERE retain = 1 AND topic IN (SELECT topic FROM state_topic);

-- Whether the last run ended with every state acknowledged by this broker. 0 while a run goes on: one that is killed
-- may have left states that were never published.
ALTER TABLE retained_at ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

-- Counts the tries whether the database takes writes: an update that changes no value writes nothing.
ALTER TABLE store ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
