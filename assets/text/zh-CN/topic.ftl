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
