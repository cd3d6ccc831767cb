-- What is held, and the newest leap with the good polls since. A leap stays in its row when it has ended, because its
-- poll is gone or more polls followed than can undo it: they are counted no further than one more than LEAP_READINGS.
SELECT d.token, d.believed_at, d.held_at, d.held_poll, d.held_nano,
       l.id AS leap_poll, d.leap_since, d.leap_from_nano, d.leap_full_nano, d.leap_pace_nano_per_h,
       (SELECT count(*) FROM (SELECT 1 FROM poll n WHERE n.id > d.leap_poll AND n.account = t.account
                               AND n.result = 'ok' LIMIT 7)) AS readings
FROM token t JOIN doubt d ON d.token = t.id LEFT JOIN poll l ON l.id = d.leap_poll
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind
ORDER BY d.token;
