UPDATE store SET running_since = :at;
