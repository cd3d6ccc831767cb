SELECT count(*) AS known FROM rule_known WHERE account = :account AND rule = :rule AND terms = :terms;
