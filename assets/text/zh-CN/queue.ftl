### Texts of: a queue (share group)

queue-tab-records = 消息
queue-waiting = 等待中
queue-acquired = 已获取
queue-finished = 已完成
queue-archived = 已归档
queue-redelivered = 重新投递
queue-dead = 死信
queue-backlog = 积压
queue-backlog-about = 还没有人完成的消息：正在等待，或由成员持有。一条处理缓慢的消息不会挡住其他消息，所以积压可能小于到末尾的距离。
queue-chart = 积压随时间变化
queue-oldest = 最早的已等 { $time }
queue-oldest-none = 已全部完成
queue-by-members = { $n ->
    [0] 没有成员
   *[other] { $n } 个成员
}
queue-finished-rate = 每秒 { $rate } 条
queue-redelivered-about = 首次之后的投递
queue-dead-topic = 归档共 { $n } 条
queue-dead-no-topic = 未设置死信主题
queue-not-told = 其他集群不提供单条消息的状态：Kafka 没有这样的请求。积压、起始偏移量、成员和设置仍照常显示。
queue-loading = 正在查询消息
queue-nothing-yet = 还没有投递过消息。成员取走、确认、退回消息时，每条在途消息都会显示在这里。
queue-members-about = 消息交给空闲的成员，所以多个成员可以读同一个分区，不会因为分区不够而空闲。
queue-settings-about = 集群如何对待这个队列的消息和成员。
queue-partitions-none = 队列还没有开始读取任何分区。

# Records in flight
queue-records = 在途消息
queue-cells-large = 大
queue-cells-small = 小
queue-state-available = 可获取
queue-state-acquired = 已获取
queue-state-acknowledged = 已确认
queue-state-archived = 已归档
queue-state-available-about = 等待空闲的成员。
queue-state-acquired-about = 成员正在处理；获取锁有效期间不会交给其他成员。
queue-state-acknowledged-about = 已确认，处理完成。前面的消息都完成后，它会离开这里。
queue-state-archived-about = 已放弃：被拒绝、投递次数过多、不存在，或由人工归档。这个队列不再投递它。
queue-name-holder = ，持有者 { $member }
queue-name-deliveries = ，已投递 { $count } 次
queue-held-by = 由 { $member } 持有，获取锁还剩 { $left }
queue-never-delivered = 还没有投递过
queue-deliveries = 已投递 { $count } 次
queue-deliveries-of = 已投递 { $count } 次，最多 { $limit } 次
queue-cell-hint = 单击查看消息的一生 · Shift+单击选择多条
queue-hint = 单击消息查看它的一生 · Shift+单击或 Shift+方向键选择多条 · 右键打开更多操作
queue-partition-about = { $waiting } 条等待 · { $acquired } 条已获取 · 从 { $start } 开始
queue-partition-done = { $start } 之前的消息已全部完成
queue-left-out = · 另有 { $n } 条没有画出

# By hand
queue-open-life = 消息的一生
queue-open-message = 在消息列表中查看
queue-redeliver = 重新投递
queue-redeliver-why-not = 这里没有已获取或已归档的消息：可获取的消息本来就会投递，已确认的已经完成。
queue-redeliver-title = 重新投递 { $on } 的 { $n } 条消息？
queue-redeliver-verb = 重新投递 { $n } 条
queue-redeliver-loss-locks = 成员失去正在处理的 { $n } 条消息的获取锁
queue-redeliver-loss-twice = 已经开始的处理可能重复进行
queue-archive = 归档…
queue-archive-why-not = 这里的消息已完成，或还没有投递过。“清空”会跳过全部等待的消息。
queue-archive-title = 归档 { $on } 的 { $n } 条消息？
queue-archive-verb = 归档 { $n } 条
queue-archive-loss = { $group } 的成员不会再收到这 { $n } 条消息
queue-archive-loss-others = 消息仍留在主题中，其他组不受影响
queue-purge = 清空 { $topic }…
queue-purge-why-not = 那里没有等待的消息。
queue-purge-title = 为 { $group } 清空 { $topic }？
queue-purge-verb = 清空 { $topic }
queue-purge-loss = 跳过 { $n } 条未完成的消息，{ $group } 从之后的新消息继续
queue-delete-loss-start = 成员再次加入时，从 share.auto.offset.reset 规定的位置开始

# Partitions and reset
queue-col-start = 起始偏移量
queue-col-flight = 在途至
queue-col-members = 读取者
queue-oldest-col = 最早
queue-reset = 重置起始偏移量…
queue-reset-title = 重置 { $group } 的起始偏移量
queue-reset-about = 队列从起始偏移量开始：之前的视为已完成，之后的会被投递，投递过的也会再次投递。
queue-reset-old = 起始
queue-reset-effect = { $again } 条消息将再次投递，{ $skipped } 条跳过
