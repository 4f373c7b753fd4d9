### 多处共用的词

count-records = { $n } 条消息
count-partitions = { $n } 个分区
count-topics = { $n } 个主题
count-groups = { $n } 个消费者组
count-members = { $n } 个成员
unit-records = 条消息

group-state-stable = 稳定
group-state-stable-about = 每个分区都有成员在读取。
group-state-empty = 无成员
group-state-empty-about = 消费者组存在，但没有成员。已提交的偏移量会保留。
group-state-preparing = 再均衡中
group-state-preparing-about = 成员正在重新加入；分区分配完成前暂停读取。
group-state-completing = 再均衡中
group-state-completing-about = 成员已加入，正在等待分配分区。
group-state-assigning = 分配中
group-state-assigning-about = 协调者正在计算分配方案。
group-state-reconciling = 调整中
group-state-reconciling-about = 成员正在交接分区，以达到新的分配。
group-state-dead = 已消亡
group-state-dead-about = 消费者组已不存在。
group-state-unknown = 未知
group-state-unknown-about = 协调者没有说明状态。

problem-show-details = 显示详情
problem-hide-details = 隐藏详情
progress-of = { $done } / { $total }
progress-rate = 每秒 { $rate }
progress-left = 还需 { $left }
job-cancelling = 正在停止
job-cancelled = 已取消
table-reset-columns = 恢复所有列
table-row-menu = { $name } 的更多操作
chart-copy-csv = 将数值复制为 CSV
chart-save-png = 另存为 PNG…
chart-save-csv = 将数值另存为 CSV…

group-kind-share = share
group-kind-share-about = 队列：每条消息只交给一个成员，由它确认或退回（共享组，KIP-932）。
group-kind-consumer = consumer
group-kind-consumer-about = 订阅：收到全部消息，由集群把分区分给成员（KIP-848）。
group-kind-classic = classic
group-kind-classic-about = 订阅：收到全部消息，成员之间自行分担分区。
