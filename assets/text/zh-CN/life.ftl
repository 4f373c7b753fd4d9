### 一条消息的一生

life-title = 一条消息的一生
life-copy = 复制为文本
life-remote = 远程集群不会告知消息的经历。只有 Millpond 自带的代理节点可以。
life-unknown = 这条消息的经历已无从得知：只在内存中为最新的消息保留，自 { $time } 起。
life-no-topic = 没有这个主题或分区。
life-see-record = 查看消息
life-production-unknown = 它如何产生已无从得知：发生在代理节点打开之前，或已被更新的消息取代。
life-known-since = 投递和提交自 { $time } 起可知。
life-nobody-yet = 还没有人读取；本窗口的读取不计在内。
life-more-steps = 另有 { $n } 步未列出
life-open-request = 打开请求
life-not-yet = 尚未
life-produced = 由 { $client } { $h }生产{ $h }（{ $from }），请求 { $request }，acks={ $acks }
life-produced-batch = Produce v{ $version } · 批次 { $n } 条 · { $size } · { $compression }
life-produced-by = 生产者 { $id } 纪元 { $epoch } 序号 { $sequence }
life-in-transaction = 在事务中
life-stored = { $h }已存储{ $h }：{ $place } 的偏移量 { $offset }，基准偏移量 { $base }
life-after-arrival = 到达后 { $time }
life-shared-commit = { $n } 个批次一并提交
life-synced = { $h }已同步并确认{ $h }，高水位 { $watermark }
life-acknowledged = 同步前{ $h }已确认{ $h }，高水位 { $watermark }
life-not-acknowledged = { $h }未确认{ $h }：acks=0 不要求回应；高水位 { $watermark }
life-answered-after = { $time } 后回应
life-read = { $group } 的成员 { $member } { $h }读取{ $h }，请求 { $request }
life-read-again = { $group } 的成员 { $member } { $h }再次读取{ $h }，请求 { $request }：同一条消息
life-read-alone = { $client } { $h }读取{ $h }（不属于消费者组），请求 { $request }
life-read-alone-again = { $client } { $h }再次读取{ $h }（不属于消费者组），请求 { $request }
life-read-span = 同时返回偏移量 { $from } 到 { $to }
life-had-waited = 读取请求等待了 { $time }
life-at-least-once = 至少一次：你的处理程序会再次看到它
life-committed = { $group } { $h }已提交{ $h }：偏移量 { $offset } 覆盖了它
life-after-produced = 生产后 { $time }
life-rebalanced = { $group } { $h }再均衡{ $h }：{ $why }
life-generation = 第 { $from } 代到第 { $to } 代，用时 { $time }
life-not-committed = { $group } { $h }未提交{ $h }：已提交到 { $offset }，距此消息还有 { $n } 条
life-never-committed = { $group } { $h }未提交{ $h }：此分区还没有任何提交
life-dot-produced = 生产
life-dot-stored = 存储
life-dot-acknowledged = 确认
life-dot-again = { $group } 再次
life-dot-committed = { $group } 提交
life-dot-rebalanced = { $group } 再均衡
life-dot-to-go = { $group }：还差 { $n } 条
life-dot-never = { $group }：未提交
life-delivered = 已投递
life-times = { $n ->
   *[other] 次
}，{ $groups } 个消费者组
life-got-again = { $group } 收到 { $n } 次
life-why-again = 为什么会重复？
life-why-because = { $reason }。
life-why-rebalance = { $from } 已读取但尚未提交，分区便转给了 { $to }，后者从上次提交处开始。
life-why-restart = { $member } 已读取但尚未提交，随后又从上次提交处开始。
life-why-back = 已提交到 { $committed }，随后消费者组的偏移量被设回 { $offset }。
life-why-asked = { $member } 再次请求了相同的偏移量：回应丢失或被丢弃，或消费者回退了位置。
life-why-what-to-do = 更早提交，或让处理程序具有幂等性。
life-acks = acks
life-batch = 消息
life-answered-in = 回应用时
record-life = 经历
record-life-about = 谁生产、谁读取、哪些提交覆盖了它（L）
