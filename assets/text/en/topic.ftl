### Texts of: topic

topic-tab-messages = Messages
topic-tab-produce = Produce
topic-tab-partitions = Partitions
topic-tab-groups = Groups
topic-tab-settings = Settings
topic-loading = Looking for the topic
topic-missing = There is no topic { $topic } (any more). It may have been deleted here or by another program.
topic-missing-back = All topics
topic-internal = internal
topic-damaged = damaged
topic-more = More for this topic
topic-copy-name = Copy the name
topic-import = Import…
topic-open-settings = Change settings
topic-export = Export…
topic-consume = Consume
