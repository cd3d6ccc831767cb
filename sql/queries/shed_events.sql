-- Of an alert that still fires the words stay.
DELETE FROM event
WHERE seq IN (SELECT seq FROM (SELECT seq, at, token, rule FROM event ORDER BY seq LIMIT :most) e
              WHERE e.at < :before
                    AND NOT EXISTS (SELECT 1 FROM alert l
                                    WHERE l.token = e.token AND l.rule = e.rule AND l.level <> 'none'));
