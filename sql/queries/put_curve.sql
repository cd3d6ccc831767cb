INSERT OR REPLACE INTO curve (token, origin, spent_nano, history, bytes)
VALUES (:token, :origin, :spent_nano, :history, :bytes);
