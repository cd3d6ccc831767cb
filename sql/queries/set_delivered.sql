UPDATE broker SET delivered_at = :at;
