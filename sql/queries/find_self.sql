-- The series that the account itself is: what alerts about it hang on.
SELECT id FROM token WHERE account = :account AND kind = 'account';
