INSERT OR REPLACE INTO doubt
    (token, believed_at, held_at, held_poll, held_nano, leap_poll, leap_since, leap_from_nano,
     leap_full_nano, leap_pace_nano_per_h)
VALUES
    (:token, :believed_at, :held_at, :held_poll, :held_nano, :leap_poll, :leap_since, :leap_from_nano,
     :leap_full_nano, :leap_pace_nano_per_h);
