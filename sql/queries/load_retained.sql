-- Topics that a broker holds something under because Ebb published it, cleared ones not among them.
SELECT topic FROM outbox WHERE retain = 1 AND length(payload) > 0
UNION ALL
SELECT topic FROM state_topic;
