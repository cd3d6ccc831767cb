UPDATE usage_total SET told_nano = cost_nano
WHERE cost_nano > told_nano AND token IN (SELECT id FROM token WHERE account = :account);
