### Texts of: session. Titles of jobs, what is said when they are done, and what failed.

job-create-topic = 创建 { $topic }
job-clone-topic = 按 { $from } 的设置创建 { $topic }
done-create-topic = 已创建 { $topic }
job-compact-topic = 压实 { $topic }
done-compact-topic = 已压实 { $topic }：删除了 { $count } 条较旧的消息
done-compact-topic-nothing = { $topic } 中每个键只有最新的一条消息：无需删除
job-add-partitions = 为 { $topic } 增加分区
done-add-partitions = { $topic } 现有 { $count } 个分区
job-change-configs = 修改 { $topic } 的设置
done-change-configs = 已修改 { $topic } 的 { $count } 项设置
job-delete-topics = { $count ->
    [1] 删除 { $topic }
   *[other] 删除 { $count } 个主题
}
done-delete-topics = { $count ->
    [1] 已删除 { $topic }
   *[other] 已删除 { $count } 个主题
}
job-empty-topics = { $count ->
    [1] 清空 { $topic }
   *[other] 清空 { $count } 个主题
}
done-empty-topics = { $count ->
    [1] { $topic } 已清空
   *[other] 已清空 { $count } 个主题
}
job-delete-records = 删除 { $topic } 的旧消息
done-delete-records = 已删除 { $topic } 的旧消息
job-reset-offsets = 重置 { $group } 的偏移量
done-reset-offsets = 已重置 { $group } 的 { $count } 个分区
job-delete-groups = { $count ->
    [1] 删除消费者组 { $group }
   *[other] 删除 { $count } 个消费者组
}
done-delete-groups = { $count ->
    [1] 已删除消费者组 { $group }
   *[other] 已删除 { $count } 个消费者组
}
job-delete-offsets = 删除 { $group } 的已提交偏移量
done-delete-offsets = 已删除 { $group } 的 { $count } 个已提交偏移量

problem-too-many-jobs = 已有 { $count } 个任务在运行。请等待其中一个结束，或取消一个。
problem-cluster-look = 无法读取集群状态；显示的是较早的内容
problem-topic-configs = 无法读取 { $topic } 的设置
problem-delete-topic = 无法删除 { $topic }
problem-delete-records = 无法删除 { $partition } 的消息
problem-offsets-at = 无法查到 { $topic } 在该时间的偏移量
problem-reset-preview = 无法计算 { $group } 的重置
problem-reset-partition = 无法重置 { $partition }
problem-delete-group = 无法删除消费者组 { $group }
problem-delete-offset = 无法删除 { $partition } 的已提交偏移量
problem-lag-chart = 无法读取 { $group } 的积压历史
problem-lag-not-kept = 此工作区没有记录积压历史：无法打开 lag.sqlite。

reset-refused-active = 组内有 { $count } 个成员正在读取，它们会用自己的偏移量覆盖。
reset-refused-active-next = 请先停止组内所有成员，再重置。
reset-refused-rebalancing = 该组正在再均衡。
reset-refused-rebalancing-next = 请等待其完成，停止所有成员后再重置。

## 代理节点或连接为何拒绝

kafka-why-offset-out-of-range = 偏移量低于日志起点或超出末尾
kafka-next-offset-out-of-range = 从最早或最新处开始
kafka-why-corrupt-message = 消息批次已损坏：校验和不符
kafka-next-corrupt-message = 跳过这个批次，并检查磁盘或写入它的程序
kafka-why-unknown-topic = 没有这个主题或分区
kafka-next-unknown-topic = 检查名称，或新建主题
kafka-why-no-leader = 分区目前没有首领
kafka-next-no-leader = 稍后再试
kafka-why-moved-leader = 所问的节点已不是该分区的首领
kafka-next-moved-leader = 再试一次
kafka-why-timed-out = 没有按时得到回答
kafka-next-timed-out = 代理节点可能过载或已停止，请再试一次
kafka-why-too-large = 消息批次大于主题的 max.message.bytes
kafka-next-too-large = 发送较小的消息，或调大主题的 max.message.bytes
kafka-why-metadata-too-large = 已提交偏移量的附注太长
kafka-next-metadata-too-large = 缩短附注
kafka-why-coordinator-loading = 组的协调者仍在加载
kafka-next-coordinator-loading = 稍后再试
kafka-why-coordinator-moved = 组的协调者已更换或不可用
kafka-next-coordinator-moved = 稍后再试
kafka-why-topic-name = 主题名称或对该主题的操作不被允许
kafka-next-topic-name = 名称使用 1 到 249 个字母、数字、“.”、“_” 和 “-”
kafka-why-generation = 组在此之后已再均衡
kafka-next-generation = 重新加入该组
kafka-why-assignor = 组内其他成员使用另一种分配策略
kafka-next-assignor = 所有成员使用同一种分配策略，或换一个组
kafka-why-group-id = 组名无效
kafka-next-group-id = 给组起一个名称
kafka-why-unknown-member = 组不认识这个成员：它已被移除，或组已换了成员
kafka-next-unknown-member = 重新加入该组
kafka-why-session-timeout = 会话超时不在代理节点允许的范围内
kafka-next-session-timeout = 选择 6 秒到 30 分钟之间的会话超时
kafka-why-rebalancing = 组正在再均衡
kafka-next-rebalancing = 重新加入该组
kafka-why-topic-exists = 已有同名主题
kafka-next-topic-exists = 换一个名称
kafka-why-partitions = 分区数不被允许：{ $said }
kafka-next-partitions = 至少一个；增加时须多于现有的数目
kafka-why-replication = 现有的节点无法满足这个副本数
kafka-next-replication = 使用 1，或增加节点
kafka-why-config = 设置的名称或取值不被允许：{ $said }
kafka-next-config = 检查设置的名称、范围和单位
kafka-why-request = 代理节点认为请求有误：{ $said }
kafka-next-request = 查看代理节点的日志了解原因
kafka-why-policy = 集群的策略不允许：{ $said }
kafka-next-policy = 查看代理节点的日志了解原因
kafka-why-storage = 代理节点无法读写磁盘
kafka-next-storage = 检查磁盘的剩余空间和错误；已确认的消息是安全的
kafka-why-group-active = 组内有活动成员
kafka-next-group-active = 先停止组内的成员
kafka-why-no-group = 没有这个组
kafka-next-no-group = 检查组名
kafka-why-group-full = 组的成员数已达上限
kafka-next-group-full = 停止部分成员，或换一个组
kafka-why-fenced-instance = 另一个成员已接管这个 group.instance.id
kafka-next-fenced-instance = 给每个成员不同的 group.instance.id
kafka-why-group-subscribed = 组内的活动成员订阅了该主题
kafka-next-group-subscribed = 先停止组内的成员
kafka-why-record = 代理节点拒绝了一条消息：{ $said }
kafka-next-record = 对照主题的设置检查消息的键、时间戳和大小
kafka-why-version = 代理节点不支持这个版本
kafka-next-version = 使用版本更接近的代理节点
kafka-why-not-authorised = 没有权限
kafka-next-not-authorised = 使用有权限的用户，或请管理员授权
kafka-why-quota = 配额已用完
kafka-next-quota = 稍后再试
kafka-why-unexpected = 代理节点遇到了意外错误：{ $said }
kafka-next-unexpected = 查看代理节点的日志了解原因
kafka-why-disconnected = 没有连接
kafka-next-disconnected = 检查代理节点是否在运行、能否到达
kafka-why-bad-answer = 回答无法理解：{ $said }
kafka-next-bad-answer = 这可能是代理节点或 Millpond 的缺陷，请报告
kafka-why-security = 连接未能加密，或登录被拒绝
kafka-next-security = 检查安全协议、证书、用户名和密码
kafka-why-read-only = 此连接为只读
kafka-next-read-only = 如果允许更改该集群，请在连接设置中关闭只读
kafka-why-closed = 已经关闭
kafka-next-closed = 重新打开
kafka-why-other = 代理节点拒绝了：{ $said }
kafka-next-other = 查看代理节点的日志了解原因

file-saved = 已保存为 { $path }
file-not-saved = 无法保存 { $path }

problem-users = 无法读取用户
job-add-user = 添加用户 { $user }
done-add-user = 已添加用户 { $user }
job-user-password = 更改 { $user } 的密码
done-user-password = { $user } 的密码已更改
job-user-role = 更改 { $user } 的角色
done-user-role = { $user } 的角色已更改
job-remove-user = 移除用户 { $user }
done-remove-user = 已移除用户 { $user }

job-create-group = 创建组 { $group }
done-create-queue = 已创建队列 { $group }
done-create-subscription = 已创建订阅 { $group }
job-redeliver = 重新投递 { $on } 的消息
done-redeliver = { $on } 的 { $count } 条消息可由 { $group } 再次获取
job-archive = 归档 { $on } 的消息
done-archive = 已为 { $group } 归档 { $on } 的 { $count } 条消息
job-purge = 为 { $group } 清空 { $on }
done-purge = { $group } 跳过 { $on } 的 { $count } 条消息
done-forget-topic = { $group } 将重新开始读取 { $topic }
problem-queue-picture = 无法读取 { $group } 的消息
problem-group-configs = 无法读取 { $group } 的设置
