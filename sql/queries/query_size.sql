-- The size of the file, and how far back it reaches. Readings that outlive their age have no entry beside them.
SELECT c.page_count * s.page_size AS bytes, f.freelist_count * s.page_size AS free_bytes,
       coalesce((SELECT at FROM poll WHERE id = (SELECT min(poll) FROM booking)), (SELECT min(at) FROM poll))
           AS raw_since,
       (SELECT min((SELECT min(hour) FROM hourly h WHERE h.token = t.id)) FROM token t) AS hourly_since,
       (SELECT min((SELECT min(day) FROM daily d WHERE d.token = t.id)) FROM token t) AS daily_since
FROM pragma_page_count c, pragma_page_size s, pragma_freelist_count f;
