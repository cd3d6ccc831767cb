INSERT OR REPLACE INTO reconcile (token, day, balance_nano, usage_nano, judged)
VALUES (:token, :day, :balance_nano, :usage_nano, :judged);
