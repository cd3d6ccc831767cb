-- The wall clock was set: whoever was first seen by this run was seen so much later, or earlier.
UPDATE token SET first_seen = first_seen + :step_s WHERE account = :account AND first_seen >= :began;
