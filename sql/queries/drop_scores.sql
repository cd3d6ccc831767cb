-- Forecasts that came due in a time whose consumption was taken back.
DELETE FROM score WHERE token = :token AND ended_at > :since;
