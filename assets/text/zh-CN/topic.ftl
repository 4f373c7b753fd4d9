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
partitions-no-leader = 无首领
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

config-cleanup-policy = 如何处理旧消息：delete 按时间和大小删除。
config-compression-type = 存储的批次如何压缩；producer 表示保持生产者的选择。
config-delete-retention-ms = 压实主题保留删除标记的时间。
config-max-message-bytes = 接受的最大批次。
config-message-timestamp-after-max-ms = 消息时间戳最多可超前代理节点时钟多少。
config-message-timestamp-before-max-ms = 消息时间戳最多可落后代理节点时钟多少。
config-message-timestamp-type = 时间戳由谁设置：生产者（CreateTime）或代理节点（LogAppendTime）。
config-min-insync-replicas = acks=all 应答前须有多少副本写入。
config-retention-bytes = 分区最大可增长到多大，超过后删除最旧的消息。
config-retention-ms = 消息保留多久后删除。
config-segment-bytes = 段的大小，Kafka 以段为单位删除。
config-segment-ms = 多久后开始新的段。
