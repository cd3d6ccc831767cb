-- The size of the file, and what of it is free.
SELECT c.page_count * s.page_size AS bytes, f.freelist_count * s.page_size AS free_bytes
FROM pragma_page_count c, pragma_page_size s, pragma_freelist_count f;
