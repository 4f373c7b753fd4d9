### Texts of: topic

topic-tab-messages = 消息
topic-tab-produce = 生产
topic-tab-partitions = 分区
topic-tab-groups = 消费者组
topic-tab-settings = 设置
topic-loading = 正在查找主题
topic-missing = 主题 { $topic } 不存在（或已被删除）。它可能在这里或被其他程序删除了。
topic-missing-back = 所有主题
topic-internal = 内部
topic-damaged = 已损坏
topic-more = 此主题的更多操作
topic-copy-name = 复制名称
topic-import = 导入…
topic-open-settings = 修改设置
topic-export = 导出…
topic-consume = 消费

## Partitions, groups and settings of a topic

partitions-about = 每个分区是一份独立的日志；顺序只在分区内保证。
partitions-records = 消息数
partitions-size = 大小
partitions-leader = 首领
partitions-epoch = 首领纪元
partitions-state = 状态
partitions-fine = 正常
partitions-about-compacted = 每个分区是一份独立的日志。每个键只长期保留最新的一条消息。
partitions-compact = 立即压实
partitions-compacted = 已压实到
partitions-compacted-not-yet = 打开此工作区以来尚未压实。
partitions-compacted-last = 上次压实：{ $ago }，{ $n ->
    [0] 无需删除
   *[other] 删除 { $n } 条消息，减少 { $size }
}。
partitions-dirty = 尚未压实
partitions-damaged-what = 此主题有一个分区无法读取；其他分区照常工作
partitions-damaged-next = 把完好的文件副本放回原处并重新打开工作区，或删除此主题。
topic-groups-none = 没有消费者组读取此主题。在这里浏览不会创建消费者组。
topic-groups-owned = 在读分区

settings-loading = 正在查询设置
settings-find = 查找设置
settings-show-fixed = 显示此处不能修改的设置
settings-apply = 应用 { $count } 项修改
settings-discard = 放弃
settings-fault = 有的值不可用，请看红色说明。
settings-none-found = 没有匹配的设置。
settings-changed = 未应用
settings-own = 在此主题上设置
settings-fixed = 此处不能修改
settings-default = 默认：{ $value }
settings-reset = 恢复默认
settings-unlimited = 不限
settings-fault-whole = 需要整数。
settings-fault-number = 需要数字。

topic-danger = 主题本身
topic-danger-add = 分区可以增加，不能减少；之后相同键可能进入其他分区。
topic-danger-empty = 删除全部消息；主题及其设置保留。
topic-danger-delete = 删除主题及其全部消息。

config-cleanup-policy = 如何处理旧消息：delete 按时间和大小删除（retention.ms、retention.bytes）；compact 只保留每个键的最新消息。
config-compression-type = 存储的批次如何压缩；producer 表示保持生产者的选择。
config-delete-retention-ms = 压实主题保留删除标记的时间。
config-max-message-bytes = 主题接受的最大批次（压缩后），更大的会以 MESSAGE_TOO_LARGE 拒绝。单位字节。
config-message-timestamp-after-max-ms = 消息自带的时间戳最多可超前代理节点的时钟多少，更晚的会以 INVALID_TIMESTAMP 拒绝。单位毫秒。
config-message-timestamp-before-max-ms = 消息自带的时间戳最多可落后代理节点的时钟多少，更早的会以 INVALID_TIMESTAMP 拒绝。单位毫秒。
config-message-timestamp-type = 时间戳由谁设置：生产者（CreateTime）或代理节点（LogAppendTime）。
config-min-insync-replicas = acks=all 应答前须有多少副本写入。
config-retention-bytes = 分区最大可增长到多大，超过后删除最旧的消息；-1 表示不限。单位字节。
config-retention-ms = 消息保留多久后删除；-1 表示永久。年龄按消息的时间戳计算。单位毫秒。
config-segment-bytes = 段的大小，Kafka 以段为单位删除。
config-segment-ms = 多久后开始新的段。
config-compression-gzip-level = 代理节点用 gzip 压缩时的级别。
config-compression-lz4-level = 代理节点用 lz4 压缩时的级别。
config-compression-zstd-level = 代理节点用 zstd 压缩时的级别。
config-file-delete-delay-ms = 消息删除后文件再保留多久。
config-flush-messages = 写入多少条消息后把日志同步到磁盘。
config-flush-ms = 多久后把日志同步到磁盘。
config-follower-replication-throttled-replicas = 在跟随者一侧限速复制的副本。
config-index-interval-bytes = 索引的两项之间相隔多少字节的消息。
config-leader-replication-throttled-replicas = 在首领一侧限速复制的副本。
config-local-retention-bytes = 较旧的消息移入分层存储后，本地磁盘保留多少字节；-2 表示与 retention.bytes 相同。
config-local-retention-ms = 较旧的消息移入分层存储后，本地磁盘保留多久；-2 表示与 retention.ms 相同。
config-max-compaction-lag-ms = 消息最多多久不被压实。
config-min-cleanable-dirty-ratio = 未压实部分占日志多大比例时才开始压实。
config-min-compaction-lag-ms = 消息至少保持未压实多久。
config-preallocate = 是否一开始就按完整大小创建文件。
config-remote-log-copy-disable = 是否不再向分层存储复制消息。
config-remote-log-delete-on-disable = 关闭分层存储时是否删除其中的消息。
config-remote-storage-enable = 旧消息是否移入分层存储。
config-segment-index-bytes = 段的索引大小。
config-segment-jitter-ms = 新段开始时间的随机偏差，避免同时开始。
config-unclean-leader-election-enable = 没有其他副本时，缺少消息的副本是否可以成为首领。

config-millpond-delete-acknowledged = 把主题变成经典队列：唯一的共享组完成的消息会被删除，从开头直到第一条未完成的消息。其他组会被拒绝。这不是 Kafka 的设置。
config-errors-deadletterqueue-group-enable = 队列（共享组）是否可以把死信写入这个主题。

config-consumer-heartbeat-interval-ms = consumer 协议的成员多久发送一次心跳。单位毫秒。
config-consumer-session-timeout-ms = consumer 协议的成员沉默多久后视为离开。单位毫秒。
config-errors-deadletterqueue-copy-record-enable = 死信主题中的消息是否带有原消息的键、值和消息头，还是只说明原消息在哪里。
config-errors-deadletterqueue-topic-name = 接收被拒绝或超过投递次数的消息的主题，名称以 dlq. 开头。留空：这些消息只是被跳过。
config-share-auto-offset-reset = 队列在尚未读过的分区从哪里开始：earliest、latest，或 by_duration: 加回溯时长，如 by_duration:PT1H。
config-share-delivery-count-limit = 一条消息最多投递多少次，之后队列放弃它。
config-share-heartbeat-interval-ms = 成员多久发送一次心跳。单位毫秒。
config-share-isolation-level = 队列是否等待事务结束并跳过已中止事务的消息。
config-share-partition-max-record-locks = 一个分区最多有多少条在途消息，从第一条未完成的消息算起。
config-share-record-lock-duration-ms = 成员最多可以持有一条消息多久，之后交给其他成员。单位毫秒。
config-share-renew-acknowledge-enable = 成员是否可以为一条消息申请更多时间。
config-share-session-timeout-ms = 成员沉默多久后视为离开。单位毫秒。
