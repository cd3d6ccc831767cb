-- Counters for metrics, which never fall.

-- What was spent was at most this much before a booking that never happened was taken back; 0: nothing was.
ALTER TABLE token_state ADD COLUMN spent_most_nano INTEGER NOT NULL DEFAULT 0;

-- What the consumption endpoint has told of each token in all, by feature and provider: the sum of usage_provider, kept
-- with every answer. told_nano: the most that it ever was, for a day's figure may be corrected downwards.
CREATE TABLE usage_total (
    token     INTEGER NOT NULL REFERENCES token (id),
    feature   INTEGER NOT NULL REFERENCES word (id),
    provider  INTEGER NOT NULL REFERENCES word (id),
    cost_nano INTEGER NOT NULL,
    told_nano INTEGER NOT NULL,
    PRIMARY KEY (token, feature, provider)
) STRICT, WITHOUT ROWID;

-- Sums are taken in two halves, for sum() of SQLite ends with an error at 64 bits; the CAST stops at the end of the
-- range.
INSERT INTO usage_total (token, feature, provider, cost_nano, told_nano)
SELECT token, feature, provider,
       CAST(sum(cost_nano >> 32) * 4294967296 + sum(cost_nano & 4294967295) AS INTEGER),
       max(0, CAST(sum(cost_nano >> 32) * 4294967296 + sum(cost_nano & 4294967295) AS INTEGER))
FROM usage_provider GROUP BY token, feature, provider;
