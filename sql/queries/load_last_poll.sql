-- How the last poll of an account ended.
SELECT at, result, reason FROM poll WHERE account = :account ORDER BY id DESC LIMIT 1;
