### Texts of: topics

topics-name = 名称
topics-partitions = 分区
topics-records = 消息数
topics-size = 大小
topics-recent = 最近 5 分钟
topics-in = 写入/秒
topics-out = 读取/秒
topics-groups = 消费者组
topics-lag = 最大积压
topics-last = 最新消息
topics-quiet = 无流量
topics-new = 新建主题…
topics-import = 导入…
topics-find = 查找  /
topics-find-clear = 显示全部主题
topics-view = 视图
topics-show-internal = 显示内部主题
topics-count = { $hidden ->
    [0] { $shown } / { $total }
   *[other] { $shown } / { $total } · 隐藏 { $hidden } 个内部主题
}
topics-none = 还没有主题。主题是一条有名称的消息流；可以新建一个，或在概览中载入示例流。
topics-none-found = 没有名称包含“{ $find }”的主题。
topics-all = 全部主题
topics-chart-about = 每秒消息数，最近 15 分钟
topics-produced = 写入
topics-consumed = 读取
topics-marked = 已标记 { $count } 个主题
topics-open = 查看消息
topics-produce = 生产
topics-settings = 设置
topics-mark = 标记
topics-unmark = 取消标记
topics-mark-all = 标记所有显示的
topics-unmark-all = 全部取消
topics-copy-name = 复制名称
topics-clone = 克隆设置…
topics-add-partitions = 增加分区…
topics-delete-before = 删除某处之前的消息…
topics-empty = 清空…
topics-delete = 删除…
topics-internal-why = 代理节点自用的主题。

topics-empty-title = { $count ->
    [1] 清空 { $topic }？
   *[other] 清空 { $count } 个主题？
}
topics-empty-verb = { $count ->
    [1] 清空 { $topic }
   *[other] 清空 { $count } 个主题
}
topics-delete-title = { $count ->
    [1] 删除 { $topic }？
   *[other] 删除 { $count } 个主题？
}
topics-delete-verb = { $count ->
    [1] 删除 { $topic }
   *[other] 删除 { $count } 个主题
}
topics-delete-typed = 删除
topics-delete-loss-settings = 其设置和已提交偏移量
topics-loss-records = { $records } 条消息，{ $size }
topics-loss-groups = 有 { $count } 个消费者组从这里读取：{ $groups }

name-taken = 已有名为 { $name } 的主题。
name-empty = 名称至少要有一个字符。
name-dots = “.”和“..”是文件夹的名称，请换一个。
name-too-long = 名称有 { $bytes } 字节；Kafka 最多允许 { $max } 字节。
name-character = 主题名称中不能有“{ $character }”。请使用字母、数字、“.”、“_”和“-”。

new-topic-title = 新建主题
new-topic-verb = 创建主题
new-topic-name = 名称
new-topic-name-help = 1 到 249 个字母、数字、“.”、“_”或“-”
new-topic-partitions = 分区
new-topic-partitions-help = 一个消费者组内最多有这么多成员同时读取。以后可以增加，不能减少。
new-topic-partitions-fault = 请输入 { $least } 到 { $most } 的整数。
new-topic-keep = 消息保留时间
new-topic-keep-week = 7 天（Kafka 默认）
new-topic-keep-hour = 1 小时
new-topic-keep-day = 1 天
new-topic-keep-month = 30 天
new-topic-keep-forever = 永久
new-topic-max-bytes = 最大批次字节数（max.message.bytes）
new-topic-max-bytes-fault = 请输入大于 0 的整数字节数。
new-topic-append-time = 用代理节点的时钟而不是生产者的时钟作为时间戳
new-topic-more = 其他设置以后可以在“设置”中修改。

clone-topic-title = 按 { $topic } 新建主题
clone-topic-verb = 创建主题
clone-topic-about = 新主题有相同的分区数和设置。不会复制消息。

add-partitions-title = 为 { $topic } 增加分区
add-partitions-verb = 增加分区
add-partitions-about = 现有 { $count } 个分区。增加以后，相同键的消息可能进入与以前不同的分区，而且分区不能再减少。
add-partitions-total = 分区总数

delete-before-title = 删除 { $topic } 的旧消息
delete-before-about = 每个分区中低于该偏移量的消息会对所有人删除，无法恢复。
delete-before-time = 早于某个时间
time-hint = 2018-02-04 17:50
delete-before-fill = 填入偏移量
delete-before-before = 删除此前
delete-before-of = 删除此前，分区 { $partition }
delete-before-fault = 每个偏移量必须在 0 和分区末端之间。
delete-before-nothing = 这些偏移量之前没有消息。
delete-before-loss = 将失去 { $count } 条消息
delete-before-verb = 删除 { $count } 条消息

partitions-id = 分区
partitions-start = 起始偏移量
partitions-end = 末端偏移量

looks-title = 需要留意
looks-none = 没有：每个消费者组都跟得上，每个分区都有首领，也没有损坏的分区。
looks-offline = 离线
looks-offline-about = { $n } 个分区没有首领，无法读写。
looks-under = 副本
looks-under-about = { $n } 个分区的同步副本不足。
looks-open-brokers = 查看代理节点
looks-damaged = 损坏
looks-damaged-about = { $topic } 的一个分区无法读取，其余分区照常工作。
topics-offline = { $n } 个分区没有首领
figures-old = 截至 { $time } 的数值。{ $what }：{ $why }
old-broker = 代理节点 { $broker } 没有应答
old-no-leader = 有分区无法查询
old-no-coordinator = 没有节点协调该消费者组
old-no-coordinator-why = { $partition } 没有首领
looks-lag = 积压
looks-lag-about = { $group } 在 { $topic } 上落后 { $behind }，而且还在扩大：每秒写入 { $in } 条，读取 { $out } 条。
looks-empty = 未读
looks-empty-about = { $topic } 上有 { $count } 条消息等待 { $group } 读取，但它没有成员。
looks-idle = 空闲
looks-idle-about = { $group } 有 { $members } 个成员，却只有 { $partitions } 个分区：{ $idle } 个成员收不到消息。
looks-restless = 再均衡
looks-restless-about = { $group } 在最近 5 分钟内再均衡了 { $count } 次，其间几乎没有读取。
looks-dead = 死信
looks-dead-about = { $topic } 中有 { $count } 条消息，最新的在 { $ago }。
looks-open-topic = 打开主题
looks-open-group = 打开消费者组
looks-why = 为什么？
looks-look = 去看看
