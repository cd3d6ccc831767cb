UPDATE state_topic SET refusal = :reason WHERE topic = :topic;
