INSERT INTO event (id, at, token, rule, kind, level, was, value, threshold, unit, since, summary, reason, digest)
VALUES (:id, :at, :token, :rule, :kind, :level, :was, :value, :threshold, :unit, :since, :summary, :reason, :digest);
