SELECT id FROM terms
WHERE type = :type AND budgeted = :budgeted AND reset_period = :reset_period
      AND ifnull(expires_at, 'never') = ifnull(:expires_at, 'never')
      AND ifnull(reset_amount_nano, 'none') = ifnull(:reset_amount_nano, 'none');
