-- What is held, and the newest leap with the good polls since.
SELECT d.token, d.believed_at, d.held_at, d.held_poll, d.held_nano,
       d.leap_poll, d.leap_since, d.leap_from_nano, d.leap_full_nano, d.leap_pace_nano_per_h,
       (SELECT count(*) FROM poll n WHERE n.id > d.leap_poll AND n.account = t.account AND n.result = 'ok')
           AS readings
FROM token t JOIN doubt d ON d.token = t.id
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind
ORDER BY d.token;
