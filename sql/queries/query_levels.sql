-- Alerts that fire, of series whose ids follow :after, up to :upto.
SELECT token, level FROM alert WHERE token > coalesce(:after, 0) AND token <= :upto AND level <> 'none'
ORDER BY token;
