-- Gives no row when such terms were never seen before.
INSERT INTO reading (poll, token, balance_nano, terms)
SELECT :poll, :token, :balance_nano, id
FROM terms
WHERE type = :type AND budgeted = :budgeted AND reset_period = :reset_period
      AND ifnull(expires_at, 'never') = ifnull(:expires_at, 'never')
      AND ifnull(reset_amount_nano, 'none') = ifnull(:reset_amount_nano, 'none')
RETURNING terms;
