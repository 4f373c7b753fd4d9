### 实验室：课程列表、课程、图、自由实验、观看

labs-done = 已完成 { $done } / { $all }
labs-start = 开始第 { $number } 课
labs-continue = 继续第 { $number } 课
labs-open = 打开实验文件…
labs-open-about = 实验文件里是一个舞台，或教师编写的一课。它在自己的代理节点上运行，不会触及本工作区的任何内容。
labs-open-field = 实验文件
labs-open-confirm = 打开
labs-open-failed = 无法读取 { $path }
labs-open-fault = 第 { $line } 行：{ $sentence }
labs-about = 每一课都有自己的真实代理节点和可以停住的时钟。移动的圆点来自真实的生产者和消费者，这里不会触及你的主题。
labs-free = 自由实验
labs-free-about = 空的舞台：放上主题、生产者、消费者和服务，看看会发生什么。可以保存成文件，发给别人。
labs-minutes = { $n ->
    [one] 1 分钟
   *[other] { $n } 分钟
}
labs-card-done = 已完成
labs-card-steps = { $done } / { $all } 步

lab-way = 第 { $n } 课，共 { $all } 课
lab-step = 单步
lab-pause = 暂停
lab-run = 继续
lab-speed = 速度
lab-seed = 种子 { $seed }
lab-seed-about = 种子决定一切随机的事。同一个种子重放同一个故事。
lab-seed-field = 种子
lab-seed-start = 用这个种子重新开始
lab-start-over = 重新开始
lab-more = 更多
lab-calm = 平静：没有动画
lab-pause-for-surprises = 发生意外的事时暂停
lab-problem = 没有成功：{ $why }

lab-step-of = 第 { $n } 步，共 { $all } 步
lab-step-before = 上一步
lab-step-after = 下一步
lab-step-next = 下一步
lab-task-done = 已完成
lab-task-open = 待完成
lab-question-later = 然后回答一个问题
lab-task-under-way = 正在进行：请看画面，完成后会自动打勾。
lab-task-by-hand = 请用你自己的程序来做，完成后会自动打勾。
lab-task-paused = 现在是暂停状态，请按“继续”或空格键。
lab-answer-right = 答对了
lab-answer-wrong = 不对，再想想
lab-finished = 本课完成
lab-next-lesson = 下一课：{ $title }
lab-all-lessons = 显示全部课程
lab-what-if = 试一试
lab-try = 调一调
lab-behind = 滑块背后
lab-behind-none = 不是 Kafka 的设置，而是程序自己的行为
lab-per-second = { $rate } /秒

lab-happened = 刚刚发生了什么
lab-happened-nothing = 还没有
lab-owners = { $group } 中谁拥有哪个分区
lab-owners-rebalance = 上次再均衡 { $took }，共停顿 { $stood }
lab-owners-stood = 共停顿 { $stood }
lab-owners-said = 最近一分钟谁拥有哪个分区
lab-table = { $name } 的数据表
lab-table-empty = 还没有行

lab-surprise-paused = 暂停一次，让你看看
lab-surprise-go-on = 继续
lab-surprise-never = 不再为这些暂停
lab-surprise-idle-consumer = 没有活干的消费者
lab-surprise-idle-consumer-why = 一个分区同一时间只由组里的一个成员读取，这样顺序才不乱。成员比分区多时，多出来的就等着，以备别的成员失效。
lab-surprise-duplicate = 同一条消息处理了两次
lab-surprise-duplicate-why = 消息处理完了，但还没提交，别人就接手并从上次提交处开始。这就是“至少一次”：什么都不丢，但处理必须经得起重复。
lab-surprise-lost-lock = 获取锁到期了
lab-surprise-lost-lock-why = 队列只把消息借出一段时间，这样消费者死掉时消息不会丢。谁处理得比获取锁还久，消息就会再交给下一个。
lab-surprise-out-of-order = 后来的消息先处理完了
lab-surprise-out-of-order-why = 队列把消息交给空闲的消费者，退回的消息稍后再来。代价就是顺序；需要顺序时，请用分区和键。

lab-stage-empty = 舞台上还什么都没有
lab-picture = 舞台
lab-strip-said = { $topic }，分区 { $partition }：偏移量 { $start } 至 { $end }
lab-cell-title = 消息 { $offset }
lab-cell-click = 点击查看它的一生
lab-cell-free = 下一条消息放在这里
lab-cell-between = 中间还有 { $n } 条
lab-cell-stored = 已存储
lab-cell-gone = 已没有
lab-cell-gone-short = 已删
lab-cell-waiting = 等待消费者
lab-cell-acquired = 正在处理
lab-cell-acknowledged = 已接受
lab-cell-archived = 已放弃
lab-cell-compacted = 已移除：更新的消息用了它的键
lab-cell-open = 在未结束的事务中
lab-cell-aborted = 属于已中止的事务
lab-cell-commit-marker = 事务结束：已提交
lab-cell-abort-marker = 事务结束：已中止
lab-watermark = 高水位 { $offset }：消费者能看到它之前的消息
lab-mark-behind = { $name }，落后 { $n }
lab-topic-queue = 队列：{ $waiting } 条等待，{ $held } 条处理中
lab-topic-kept = { $n ->
    [0] 空
    [one] 保留 1 条消息
   *[other] 保留 { $n } 条消息
}
lab-calls = 直接调用并等待
lab-people = 用户

lab-record-gone = 这条消息已不在日志中，只留下编号：偏移量从不重复使用。
lab-record-far = 这条消息还在日志中，只是太靠前，图上画不下。
lab-record-delivered = { $n ->
    [one] 投递 1 次
   *[other] 投递 { $n } 次
}
lab-record-held = { $name } 正在处理，获取锁还有 { $left }。
lab-record-key = 键
lab-record-value = 值
lab-record-read = { $name } 已读
lab-record-unread = { $name } 未读：{ $n ->
    [0] 下一条就是它
   *[other] 前面还有 { $n } 条
}
lab-record-life = 到目前为止的一生

lab-actor-stopped = 已停止
lab-actor-paused = 已暂停
lab-actor-crashed = 已崩溃
lab-actor-idle = 空闲，没有分区
lab-actor-waits = 等待分配分区
lab-actor-writes = 正在写入
lab-actor-reads = 读取 { $n } 个分区
lab-actor-reads-queue = 从队列取消息
lab-actor-works-on = 正在处理 { $offset }
lab-actor-has-read = 已读到 { $offset }
lab-actor-rate = 每秒 { $rate } 条
lab-actor-sent = 已发送 { $n } 条
lab-actor-received = 已收到 { $n } 条
lab-actor-answered = 已回应 { $n } 次
lab-actor-answers-in = { $took } 内回应
lab-actor-rows = { $n } 行
lab-about-producer = 生产者向主题写入消息，不知道谁来读。
lab-about-consumer = 消费者按自己的速度读取消息，并告诉代理节点读到了哪里。
lab-about-service = 服务回应用户，并在自己的数据库里写一行。
lab-about-program = 你自己的程序，已连接到代理节点。
lab-about-group = 属于组 { $group }
lab-about-owns = 读取 { $partitions }
lab-about-owns-none = 现在没有分区。等占有它的成员离开，或崩溃后被判定失效，才会分到。
lab-count-sent = 已发送 { $n } 条
lab-count-received = 已收到 { $n } 条
lab-count-processed = 已处理 { $n } 条
lab-count-failed = 失败 { $n } 次
lab-count-duplicates = 重复 { $n } 条
lab-do-start = 启动
lab-do-stop = 停止
lab-do-crash = 使其崩溃
lab-do-restart = 重新启动
lab-do-pause = 暂停
lab-do-resume = 继续
lab-do-edit = 编辑…
lab-do-remove = 移除

lab-series-arrivals = 到达
lab-series-done = 处理
lab-series-failed = 失败
lab-series-backlog = 积压
lab-series-lag = 积压
lab-series-lag-seconds = 落后秒数
lab-series-response = 响应
lab-series-rows = 行数

lab-field-rate = 每秒消息数
lab-field-processing-ms = 每条处理时间
lab-field-failure-percent = 失败率
lab-field-batch = 一次取几条
lab-field-capacity = 同时处理的请求
lab-field-timeout-ms = 用户最多等待
lab-field-database-ms = 写入一行的时间
lab-field-message-ms = 发送消息的时间
lab-field-session-timeout-ms = 会话超时
lab-field-lost-answers-percent = 丢失的回应
lab-field-shape = 发送方式

lab-kind-producer = 生产者
lab-kind-consumer = 消费者
lab-kind-service = 服务
lab-free-title = 把东西放上舞台
lab-free-about = 先放一个主题，再放写入它的生产者和读取它的消费者。点击一个角色可以暂停它、使它崩溃或修改它。
lab-free-empty = 舞台上还什么都没有。从右边添加一个主题，或者先放上会动的东西。
lab-free-example = 放上一家小店
lab-free-add-topic = 主题
lab-free-add-producer = 生产者
lab-free-add-consumer = 消费者
lab-free-add-service = 服务
lab-free-topic-first = 先要有一个主题
lab-free-full = 舞台已满
lab-free-send = 向 { $topic } 发送一条消息
lab-free-actors-hint = 点击图中的角色可以看到它的设置。
lab-free-nothing = 舞台上还什么都没有
lab-free-save = 保存…
lab-free-put = 放上舞台
lab-free-change = 修改
lab-free-name = 名称
lab-free-no-name = 缺少名称
lab-free-name-fault = 主题名称不能重复或为空，只能用字母、数字、点、横线和下划线
lab-free-partitions = 分区数
lab-free-partitions-fault = 1 到 { $max } 的数
lab-free-classic-queue = 经典队列：消费过的就删除
lab-free-number-fault = { $field }：这里需要一个数，而且不能太大
lab-free-keys = 键
lab-free-keys-about = 用逗号分隔，轮流使用。没有键时消息进入任意分区。
lab-free-idempotent = 识别重复发送（幂等）
lab-free-group = 组
lab-free-topic = 主题
lab-shape-steady = 均匀
lab-shape-bursty = 成批
lab-shape-hand = 手动
lab-protocol-classic = 经典组
lab-protocol-consumer = 新协议
lab-protocol-share = 队列
lab-ack-accept = 接受
lab-ack-release = 退回
lab-ack-reject = 拒绝
lab-ack-none = 不表态
lab-commit-before = 处理前提交
lab-commit-after = 处理后提交
lab-commit-never = 从不提交
lab-from-earliest = 从最早开始
lab-from-latest = 只读新的
lab-mode-sequence = 依次进行
lab-mode-queue = 通过队列

watch-title = 观看
watch-menu = 观看消息流动
watch-about = 你自己的程序和主题：左边是写入者，中间是分区，右边是各组的成员。标记表示每个组提交到了哪里。
watch-nobody = 现在没有程序写入或读取这个主题
watch-produce = 发送…
watch-failed = 无法观看 { $topic }
