-- A token is called otherwise, or more is told of it. Under a name that others had before it is the next generation.
UPDATE token SET
    name = :name, identity = :identity, called = :called, member = :member, masked = :masked,
    generation = CASE WHEN name = :name THEN generation
                      ELSE 1 + coalesce((SELECT max(n.generation) FROM token n
                                         WHERE n.account = token.account AND n.name = :name AND n.id <> token.id), 0)
                 END
WHERE id = :token;
