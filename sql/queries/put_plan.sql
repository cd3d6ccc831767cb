UPDATE account SET next_poll_at = :next_poll_at, rhythm = :rhythm, rhythm_wait_s = :wait_s, rhythm_token = :token,
                   rhythm_at = :about_at, stale_s = :stale_s, calls_milli_per_s = :calls_milli_per_s,
                   not_before_at = :not_before, failures = :failures, asked_url = :url
WHERE id = :account;
