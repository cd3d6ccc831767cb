-- Topics that a broker holds something under because Ebb said it, cleared ones not among them.
SELECT topic FROM outbox WHERE retain = 1 AND length(payload) > 0;
