### Texts of: consume

consume-count = { $count ->
    [0] 没有正在运行的消费者
   *[other] { $count } 个自己启动的消费者，都是真实成员
}
consume-stop-all = 全部停止
consume-clear = 清除已结束的
consume-empty = 在这里启动自己的消费者：它们是消费者组的真实成员，并排显示，可以看到组内如何分担主题，以及某个成员停止或崩溃时会发生什么。
consume-empty-no-topic = 还没有可以消费的主题。先加载示例流，再在这里启动消费者。
consume-why-no-topic = 还没有可以消费的主题
consume-not-started = 无法在 { $group } 中启动消费者
consume-failed = { $name } 无法继续

# How the members of one group share a topic
consume-shares-one = 1 个成员：收到每一条消息
consume-shares-one-again = 1 个成员：再次收到全部消息
consume-shares-some = { $members } 个成员分担这个主题：每条消息只给其中一个
consume-shares-many = { $members } 个成员分担 { $partitions } 个分区：每条消息只给其中一个
consume-shares-many-again = { $members } 个成员再次分担全部消息：每条只给其中一个
consume-shares-idle = { $members } 个成员、{ $partitions } 个分区：{ $idle } 个成员空闲

# A consumer
consume-more = { $name } 的更多操作
consume-open-group = 打开消费者组
consume-open-topic = 打开主题 { $topic }
consume-another = 再启动一个同样的
consume-remove = 移除
consume-why-running = 先停止或杀掉它
consume-group = 组
consume-owns-joining = 正在加入…
consume-owns-nothing = 没有分到分区
consume-owns-all = 全部 { $count } 个分区
consume-killed-missed-in = 大约 { $left } 后组才会发现它不在了
consume-pause = 暂停
consume-resume = 继续
consume-stop = 停止
consume-stop-about = 正常离开组，其他成员立即接手
consume-kill = 杀掉
consume-kill-about = 像程序崩溃一样不告而别，会话超时后组才会发现
consume-start-again = 重新启动
consume-received = 已收到
consume-rate = { $rate }/秒
consume-behind = 积压
consume-takes = 每条耗时
consume-commits = { $count ->
    [0] 尚未提交
   *[other] 提交 { $count } 次
}
consume-commits-never = 从不提交
consume-commits-when = 提交时机：{ $when }
consume-trouble = 正在重试：{ $why }
consume-ended = { $ago }结束
consume-received-nothing = 没有收到消息
consume-nothing-yet = 还没有收到消息
consume-records-of = { $name } 的消息
consume-column-partition = 分区
consume-column-offset = 偏移量
consume-column-key = 键
consume-column-value = 值

# States of a consumer
consume-state-joining = 加入中
consume-state-joining-about = 正在请求成为组的成员
consume-state-rebalancing = 再均衡
consume-state-rebalancing-about = 组正在重新商定谁拥有哪个分区
consume-state-idle = 空闲
consume-state-catching-up = 追赶中
consume-state-running = 运行中
consume-state-running-about = 组的成员，正在读取自己拥有的分区
consume-state-paused = 已暂停
consume-state-paused-about = 仍是成员并保留分区，但不读取消息
consume-state-stopping = 停止中
consume-state-stopping-about = 正在提交并离开组
consume-state-stopped = 已停止
consume-state-stopped-about = 已正常离开组
consume-state-killed = 已杀掉
consume-state-killed-about = 没有离开组就消失了
consume-state-failed = 失败
consume-state-failed-about = 遇到无法越过的错误，已离开组

# Who owned what
consume-owned = 谁拥有过什么
consume-owned-span = 最近 60 秒
consume-owned-by = { $partition }：{ $who }，自 { $since } 起
consume-owned-by-nobody = { $partition }：无人拥有
consume-list-comma = 、
consume-list-and = { $most }、{ $last }
consume-list-more = 另外 { $count } 个
consume-joining = { $ago }，{ $who } 启动，正在加入组
consume-joined-took = { $ago }，{ $who } 加入，接手了 { $moved }
consume-joined-moved = { $ago }，{ $who } 加入：{ $moved } 移交给 { $takers }，这些分区的工作停顿了 { $still }
consume-joined-waits = { $ago }，{ $who } 加入：{ $waiting } 正在等待新的拥有者
consume-joined-idle = { $ago }，{ $who } 加入，但没有分到分区：分区不比成员多
consume-left = { $ago }，{ $who } 离开
consume-left-moved = { $ago }，{ $who } 离开：{ $moved } 在 { $still } 后由 { $takers } 接手
consume-left-waits = { $ago }，{ $who } 离开：无人读取 { $waiting }
consume-killed = { $ago }，{ $who } 被杀掉
consume-killed-moved = { $ago }，{ $who } 被杀掉：{ $moved } 停顿了 { $still } 后由 { $takers } 接手
consume-killed-waits = { $ago }，{ $who } 被杀掉：{ $waiting } 要停顿到它的会话超时
consume-lost = { $ago }，{ $who } 被移出组
consume-lost-moved = { $ago }，{ $who } 被移出组：{ $moved } 在 { $still } 后由 { $takers } 接手
consume-lost-waits = { $ago }，{ $who } 被移出组：无人读取 { $waiting }

# The dialog
consume-new = 新建消费者
consume-start = { $count ->
    [1] 启动消费者
   *[other] 启动 { $count } 个消费者
}
consume-group-label = 消费者组
consume-group-new = 独立的组：收到每一条消息
consume-group-shares = 与正在运行的 { $count } 个成员分担消息
consume-topics-label = 主题
consume-topics-find = 查找主题
consume-start-at = 没有已提交偏移量时的起点
consume-earliest = 最早
consume-latest = 最新
consume-processing = 每条处理时间
consume-commit-label = 提交
consume-commit-before = 处理前提交
consume-commit-after = 处理后提交
consume-commit-never = 从不提交
consume-commit-before-about = 至多一次：崩溃时正在处理的消息会丢失。
consume-commit-after-about = 至少一次：崩溃时正在处理的消息会再次投递。
consume-commit-never-about = 接手者从组上次提交的位置开始；从未提交过则从上面选择的起点开始。
consume-members = 启动的成员数
consume-assignor = 分配策略
consume-further = 更多设置
consume-name = 名称
consume-name-hint = 自动
consume-name-many = 多个时自动命名
consume-session-timeout = 会话超时
consume-session-timeout-about = 消费者被杀掉后，组会等待这么久，之后其他成员才接手。
consume-fault-group = 请给组起个名字
consume-fault-topic = 请选择主题
consume-fault-assignor = { $group } 的成员使用 { $assignor }，请选择相同的策略

# Members of a queue
kind-queue = 队列
kind-queue-about = 每条消息只交给一个成员，由它确认或退回；谁空闲，谁取下一条。
kind-subscription = 订阅
kind-subscription-about = 每个组都按顺序收到全部消息，组内成员分担各个分区。
consume-kind-label = 作为成员加入
consume-group-new-queue = 一个新队列：所有消息由它的成员分担
consume-start-at-queue = 新队列的起点
consume-ack-label = 处理完一条消息后
consume-ack-accept = 确认
consume-ack-release = 退回
consume-ack-reject = 拒绝
consume-ack-accept-about = 已完成：这条消息不再投递给任何成员。
consume-ack-release-about = 退回队列：其他成员可以再试，直到达到组允许的投递次数。
consume-ack-reject-about = 无法处理：消息立即归档，不再投递给任何成员。
consume-failure-label = 处理失败的比例
consume-on-failure-label = 处理失败时
consume-fails = { $percent ->
    [0] 无
   *[other] { $percent }%
}
consume-fault-is-queue = { $group } 是队列；请选择“队列”，或换一个名称
consume-fault-is-subscription = { $group } 是订阅；请选择“订阅”，或换一个名称
consume-queue = 队列
consume-owns-queue = 从 { $count } 个分区取消息
consume-killed-queue = 它持有的消息在获取锁到期后回到队列
consume-waiting = 等待中
consume-says = 回答
consume-failing = 失败
consume-said-held = 持有
consume-said-accepted = 已确认
consume-said-released = 已退回
consume-said-rejected = 已拒绝
consume-said-failed-about = 这条消息处理失败
consume-lock-left = { $left }内不会交给其他成员
consume-delivery-about = 第 { $count } 次投递
consume-too-late = { $count } 条过期
consume-too-late-about = 成员回答之前获取锁已到期，消息已回到队列
consume-works-on = 正在处理 { $offset }
consume-holds-nothing = 未持有消息
consume-again = { $count } 条曾被投递过
consume-holds-about = 它正在处理的消息，以及收到的消息中有多少曾被投递过
consume-shares-queue = 队列，{ $members } 个成员：每条消息交给空闲的成员
consume-column-delivery = 次数
consume-column-said = 回答
