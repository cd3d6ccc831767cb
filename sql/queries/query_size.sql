-- The size of the file, and how far back it reaches. Readings that outlive their age have no entry beside them.
SELECT c.page_count * s.page_size AS bytes, f.freelist_count * s.page_size AS free_bytes,
       coalesce((SELECT at FROM poll
                 WHERE id = (SELECT min(poll)
                             FROM (SELECT min(poll) AS poll FROM booking
                                   UNION ALL
                                   SELECT * FROM (SELECT poll FROM reading WHERE spent_nano IS NOT NULL
                                                  ORDER BY poll LIMIT 1)))),
                (SELECT min(at) FROM poll))
           AS raw_since,
       (SELECT min(since) FROM (SELECT min((SELECT min(hour) FROM hourly h WHERE h.token = t.id)) AS since FROM token t
                                UNION ALL SELECT min(hour) FROM open_hour)) AS hourly_since,
       (SELECT min(since) FROM (SELECT min((SELECT min(day) FROM daily d WHERE d.token = t.id)) AS since FROM token t
                                UNION ALL SELECT min(day) FROM open_day)) AS daily_since
FROM pragma_page_count c, pragma_page_size s, pragma_freelist_count f;
