INSERT INTO rule_known (account, rule, terms) VALUES (:account, :rule, :terms);
