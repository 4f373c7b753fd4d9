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

## Partitions, groups and settings of a topic

partitions-about = Each partition is a log of its own; order holds within it.
partitions-records = Records
partitions-size = Size
partitions-leader = Leader
partitions-epoch = Leader epoch
partitions-state = State
partitions-fine = in order
partitions-about-compacted = Each partition is a log of its own. Of each key only the newest record is kept for good.
partitions-compact = Compact now
partitions-compacted = Compacted to
partitions-compacted-not-yet = Not compacted since this workspace was opened.
partitions-compacted-last = Last compacted { $ago }: { $n ->
    [0] nothing to remove
    [one] one record removed, { $size } less
   *[other] { $n } records removed, { $size } less
}.
partitions-dirty = Not yet compacted
partitions-damaged-what = A partition of this topic cannot be read; the others go on
partitions-damaged-next = Put a good copy of the file in its place and open the workspace again, or delete the topic.
topic-groups-none = No group reads this topic. Browsing it here does not make one.
topic-groups-owned = Partitions read

settings-loading = Asking for the settings
settings-find = Find a setting
settings-show-fixed = Show what cannot be changed here
settings-apply = { $count ->
    [one] Apply 1 change
   *[other] Apply { $count } changes
}
settings-discard = Discard
settings-fault = A value is not possible; see the red words.
settings-none-found = No setting matches.
settings-changed = not applied
settings-own = set on this topic
settings-fixed = cannot be changed here
settings-default = Default: { $value }
settings-reset = Back to the default
settings-unlimited = without limit
settings-fault-whole = A whole number is needed.
settings-fault-number = A number is needed.

topic-danger = The topic itself
topic-danger-add = Partitions can be added and never taken away; keys may then go to other partitions.
topic-danger-empty = Deletes all records; the topic and its settings stay.
topic-danger-delete = Deletes the topic with all of its records.

config-cleanup-policy = What happens to old records: delete drops them by time and size (retention.ms, retention.bytes); compact keeps the newest record of each key; both together do both.
config-compression-type = How stored batches are compressed; producer keeps what the producer chose.
config-delete-retention-ms = How long a compacted topic keeps the mark of a deleted key.
config-max-message-bytes = The largest batch that is taken.
config-message-timestamp-after-max-ms = How far ahead of the broker's clock a record's timestamp may lie.
config-message-timestamp-before-max-ms = How far behind the broker's clock a record's timestamp may lie.
config-message-timestamp-type = Who sets a record's timestamp: the producer (CreateTime) or the broker (LogAppendTime).
config-min-insync-replicas = How many replicas must have a record before acks=all is answered.
config-retention-bytes = How large a partition may grow before its oldest records are deleted.
config-retention-ms = How long records are kept before they are deleted.
config-segment-bytes = Size of a segment, the unit in which Kafka deletes.
config-segment-ms = After how much time a new segment begins.
config-compression-gzip-level = Level at which the broker would compress with gzip.
config-compression-lz4-level = Level at which the broker would compress with lz4.
config-compression-zstd-level = Level at which the broker would compress with zstd.
config-file-delete-delay-ms = How long a file is kept after its records were deleted.
config-flush-messages = After how many records the log is synced to disk.
config-flush-ms = After how much time the log is synced to disk.
config-follower-replication-throttled-replicas = Replicas whose copying is slowed down on the side of the follower.
config-index-interval-bytes = How many bytes of records stand between two entries of the index.
config-leader-replication-throttled-replicas = Replicas whose copying is slowed down on the side of the leader.
config-local-retention-bytes = How many bytes stay on this disk when older ones are in tiered storage; -2 means as retention.bytes says.
config-local-retention-ms = How long records stay on this disk when older ones are in tiered storage; -2 means as retention.ms says.
config-max-compaction-lag-ms = How long a record may stay without being compacted.
config-min-cleanable-dirty-ratio = What share of a log must be uncompacted before it is compacted.
config-min-compaction-lag-ms = How long a record stays uncompacted at least.
config-preallocate = Whether files are made in their full size at once.
config-remote-log-copy-disable = Whether tiered storage gets no more records.
config-remote-log-delete-on-disable = Whether the records in tiered storage are deleted when it is switched off.
config-remote-storage-enable = Whether old records move to tiered storage.
config-segment-index-bytes = Size of a segment's index.
config-segment-jitter-ms = By how much the time of a new segment varies, so that not all begin at once.
config-unclean-leader-election-enable = Whether a replica that lacks records may become leader when no other is left.

config-millpond-delete-acknowledged = Makes the topic a classic queue: what its only share group has finished is deleted, from the beginning up to the first unfinished record. Other groups are refused. Not a setting of Kafka.
config-errors-deadletterqueue-group-enable = Whether queues (share groups) may write their dead letters to this topic.

config-consumer-heartbeat-interval-ms = How often members of the consumer protocol are told to send heartbeats.
config-consumer-session-timeout-ms = How long a member of the consumer protocol may be silent before it counts as gone.
config-errors-deadletterqueue-copy-record-enable = Whether a record in the dead letter topic has the key, value and headers of the one that it stands for, or only says where that one is.
config-errors-deadletterqueue-topic-name = Topic that gets what the queue rejected or could not process in the allowed number of deliveries; its name begins with dlq. Empty: such records are only passed over.
config-share-auto-offset-reset = Where the queue begins in a partition that it has not read yet: earliest, latest, or by_duration: with how far back, as in by_duration:PT1H.
config-share-delivery-count-limit = How often a record is delivered before the queue gives it up.
config-share-heartbeat-interval-ms = How often members are told to send heartbeats.
config-share-isolation-level = Whether the queue waits for the end of transactions and passes over the records of aborted ones.
config-share-partition-max-record-locks = How many records of a partition are in flight at most, the first unfinished one and all after it.
config-share-record-lock-duration-ms = How long a member may hold a record before another one gets it.
config-share-renew-acknowledge-enable = Whether a member may ask for more time for a record.
config-share-session-timeout-ms = How long a member may be silent before it counts as gone.
