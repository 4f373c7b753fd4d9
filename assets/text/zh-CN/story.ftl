### 课程舞台上发生的事，每件一句。$who 是角色的名字，$what 和 $it 是“消息 11”或“消息 11 至 14”，$n 是条数。

story-what = { $n ->
    [1] 消息 { $first }{ $of }
   *[other] 消息 { $first } 至 { $last }{ $of }
}
story-it = { $n ->
    [1] 消息 { $first }{ $of }
   *[other] 消息 { $first } 至 { $last }{ $of }
}
story-of = （{ $place }）
story-and-more = { $named } 等，另有 { $n } 个
story-no-partition = 没有分区

story-stored = { $who } 写入了{ $it }，{ $n ->
    [1] 存放在
   *[other] 都存放在
} { $where }。
story-stored-key = { $who } 写入了{ $it }：键 { $key } 属于 { $where }，{ $n ->
    [1] 放在末尾
   *[other] 依次放在末尾
}。
story-stored-by-hand = 手动写入了{ $what }，{ $n ->
    [1] 存放在
   *[other] 都存放在
} { $where }。
story-send-failed = { $who } 无法写入 { $topic }：{ $why }
story-sent-again-twice = { $who } 没有收到回应，又发送了一次：这条消息存了两份。
story-sent-again-once = { $who } 没有收到回应，又发送了一次：代理节点认出了它，只存一份。
story-delivered = { $what } 交给了 { $who }（{ $group }）。{ $n ->
    [1] 它仍
   *[other] 它们仍
}留在日志中，供其他读者读取。
story-delivered-alone = { $what } 交给了 { $who }。{ $n ->
    [1] 它仍
   *[other] 它们仍
}留在日志中，供其他读者读取。
story-processed = { $who } 处理完了{ $it }{ $n ->
    [1] 。
   *[other] ，共 { $n } 条。
}
story-processing-failed = { $who } 处理{ $it }时失败了。
story-committed = { $who } 为 { $group } 提交了偏移量 { $offset }：{ $place } 中在它之前的消息都算已读。
story-committed-alone = { $who } 提交了偏移量 { $offset }：{ $place } 中在它之前的消息都算已读。
story-commit-failed = { $who } 无法为 { $group } 提交偏移量：{ $why }
story-duplicate = { $who } 又处理了一次{ $it }；{ $first } 之前已经处理过。
story-out-of-order = { $who } 先处理了{ $it }，消息 { $older } 还没处理：顺序乱了。

story-acquired = { $what } 交给了 { $who }。在获取锁有效期间（{ $lock }），{ $n ->
    [1] 别人得不到它
   *[other] 别人得不到它们
}。{ $count ->
    [1] {""}
   *[other] 这是第 { $count } 次投递。
}
story-acquired-plain = { $what } 交给了 { $who }，{ $n ->
    [1] 别人得不到它
   *[other] 别人得不到它们
}。{ $count ->
    [1] {""}
   *[other] 这是第 { $count } 次投递。
}
story-accepted = { $who } 接受了{ $what }。{ $n ->
    [1] 队列已处理完这一条
   *[other] 队列已处理完这些消息
}。
story-accepted-gone = { $who } 接受了{ $what }。{ $n ->
    [1] 队列把处理完的删除了
   *[other] 队列把处理完的都删除了
}。
story-released = { $who } 退回了{ $it }。{ $n ->
    [1] 它
   *[other] 它们
}等待下一个消费者。
story-rejected = { $who } 拒绝了{ $it }。{ $n ->
    [1] 谁也不会再收到它
   *[other] 谁也不会再收到它们
}。
story-renewed = { $who } 为{ $it }请求了更多时间。
story-lock-expired = { $who } 处理{ $it }太久：获取锁到期，{ $n ->
    [1] 现在交给别人
   *[other] 现在都交给别人
}。
story-archived-limit = { $group } 放弃了{ $it }：投递次数已达上限。
story-archived-rejected = { $group } 搁置了{ $it }：被拒绝。
story-archived-gap = { $group } 跳过了{ $it }：日志中已没有。
story-archived-by-hand = { $what }{ $n ->
    [1] 被手动
   *[other] 都被手动
}从 { $group } 中取出。
story-archived-aborted = { $group } 跳过了{ $it }：其事务已中止。
story-dead-lettered = { $it }的副本放进了 { $to }，{ $n ->
    [1] 可以有人来查看
   *[other] 都可以有人来查看
}。

story-joined = { $who } 加入了组 { $group }。
story-left = { $who } 离开了组 { $group }。
story-expired = { $group } 太久没有 { $who } 的消息，不再等待。
story-idle = { $who } 无事可做：{ $group } 的成员比分区多。
story-rebalanced = { $group } 重新分配了分区（第 { $generation } 代，{ $n ->
    [1] 1 个成员
   *[other] { $n } 个成员
}），用时 { $took }。
story-assigned-alone = { $who } 现在读取 { $partitions }。
story-assigned = { $who } 现在为 { $group } 读取 { $partitions }。
story-revoked = { $who } 交还了 { $group } 的 { $partitions }。

story-started = { $who } 开始工作。
story-stopped = { $who } 停止了。
story-crashed = { $who } 工作到一半崩溃了。
story-paused = { $who } 暂停休息。
story-resumed = { $who } 继续工作。
story-added = { $who } 登上了舞台。
story-removed = { $who } 离开了舞台。
story-changed = { $who }：{ $field } 现在是 { $value }。
story-mode-queue = { $who } 现在把消息放进队列，立即回应。
story-mode-sequence = { $who } 现在自己做完一切才回应。
story-served = { $who } 用 { $took } 回应了一位用户。
story-request-refused = { $who } 拒绝了一位用户：全都在忙。
story-request-timed-out = 一位用户等了 { $took }，放弃了 { $who }。
story-request-callee-down = { $who } 失败了：它调用的部件停机了。

story-deleted = { $place } 现在从 { $before } 开始：{ $n ->
    [1] 删除了 1 条消息
   *[other] 删除了 { $n } 条消息
}。
story-compacted = { $topic } 已压实：{ $n ->
    [1] 有更新值的 1 条旧消息消失了
   *[other] 有更新值的 { $n } 条旧消息消失了
}。
story-transaction-began = { $who } 开始了一个事务：其中的消息还不算数。
story-transaction-committed = { $who } 提交了事务：{ $n ->
    [1] 1 条消息算数了
   *[other] { $n } 条消息全都算数了
}。
story-transaction-aborted = { $who } 中止了事务：{ $n ->
    [1] 1 条消息不算数
   *[other] { $n } 条消息都不算数
}。
story-read-found = { $place } 的消息 { $offset } 还在。
story-read-gone = { $place } 的消息 { $offset } 已经没有了。
story-topic-created = 建立了主题 { $topic }，有 { $n ->
    [1] 1 个分区
   *[other] { $n } 个分区
}。
story-partitions-added = { $topic } 现在有 { $n ->
    [1] 1 个分区
   *[other] { $n } 个分区
}。
story-configured = { $what }：{ $setting } 现在是 { $value }。
story-queue-created = 建立了队列 { $group }。
story-group-created = 建立了消费者组 { $group }。
story-offsets-reset = { $group } 从{ $to }起读取 { $topic }。
story-to-earliest = 最早的消息
story-to-latest = 最新的消息
story-jumped = 时钟前进了 { $hours } 小时。
story-overrun = 到达速度是处理速度的 { $times } 倍，多出的消息暂存在主题 { $topic } 中。
story-drained = { $topic } 的积压在 { $took } 后处理完，没有一条消息丢失。
