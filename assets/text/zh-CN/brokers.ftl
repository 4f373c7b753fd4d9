nav-brokers = 代理节点
command-go-brokers = 显示代理节点

## The list

brokers-loading = 正在询问各代理节点
brokers-count = { $n } 个代理节点
brokers-count-down = { $n } 个代理节点中 { $up } 个在役
brokers-release = Kafka { $release }
brokers-controller-is = 控制器 { $id }
brokers-no-controller = 目前没有控制器
brokers-elect = 选举首选首领…
brokers-elect-none = 首选副本已全部是首领
brokers-id = 节点
brokers-address = 地址
brokers-rack = 机架
brokers-state = 状态
brokers-version = 版本
brokers-leads = 任首领
brokers-preferred-about = 它担任首领的分区数。若首选副本全部任首领，它将有 { $n } 个。
brokers-skew = 偏斜
brokers-skew-about = 它担任首领的分区比在役节点的平均数多或少的比例。
brokers-replicas = 副本
brokers-behind = 未同步
brokers-size = 大小
brokers-disk = 磁盘
brokers-disk-words = 剩余 { $free }，共 { $total }
brokers-down = 节点 { $id } {$state}，无法回答。
broker-controller = 控制器
broker-controller-about = 当前的控制器：它选举首领并保存集群的元数据。
broker-in-service = 在役
broker-in-service-about = 它正在为客户端服务。
broker-silent = 无应答
broker-silent-about = 集群认为它在役，但它没有回答本窗口。
broker-fenced = 未在役
broker-fenced-about = 已注册但不在役：停机、正在启动或正在关闭。
broker-gone = 不存在
broker-gone-about = 有分区把它列为副本，但集群不认识它。
problem-brokers = 无法查看代理节点
problem-broker = 节点 { $broker } 没有应答

## Partitions that are not as they should be

brokers-tab-troubles = 需要留意
troubles-none = 每个分区都有首领，所有副本均已同步。
troubles-all = 全部 { $n }
troubles-offline = 离线 { $n }
troubles-under = 副本不足 { $n }
troubles-not-preferred = 非首选首领 { $n }
troubles-first = 列出前 { $n } 个
troubles-partition = 主题 / 分区
troubles-what = 情况
troubles-open = 打开它的分区
trouble-offline = 离线
trouble-offline-about = 没有首领，因此既不能读也不能写。拥有全部数据的副本回来后即可恢复。
trouble-under = 副本不足
trouble-under-about = 已同步的副本少于应有的数量：再失去一个可能使写入停止或丢失消息。
trouble-not-preferred = 非首选首领
trouble-not-preferred-about = 首领不是副本列表中的第一个，负载可能不均。选举首选首领不会复制任何数据。

## Disks

brokers-tab-disks = 节点 { $id } 的磁盘
disks-not-told = 该节点没有说明磁盘内容；当前用户无权询问。
disks-empty = 该节点上没有分区。
disks-holds = { $n } 个分区 · { $size }
disks-error-about = 节点无法使用该目录，其中的分区已离线。
disks-largest = 占用最多的主题
disks-topic = 主题
disks-partitions = 此处分区数
disks-size = 此处大小
disks-share = 占本节点的比例

## Settings of a broker

brokers-tab-settings = 节点 { $id } 的设置
broker-settings-changed = 已被设置
broker-settings-dynamic = 可更改
broker-settings-all = 全部
broker-settings-this = 仅节点 { $id }
broker-settings-every = 所有节点
broker-settings-back = 恢复为回退值
broker-settings-at-once = 立即对所有客户端生效，无需重启。
broker-settings-ask = 更改节点 { $id } 的 { $count } 项设置？
broker-settings-ask-all = 更改所有节点的 { $count } 项设置？
settings-from-broker = 在此节点上设置
settings-from-cluster = 在所有节点上设置
settings-from-file = 在节点的配置文件中
settings-from-default = 默认
settings-secret = 保密
problem-broker-configs = 无法读取节点 { $broker } 的设置
job-change-broker = 更改节点 { $broker } 的设置
job-change-all-brokers = 更改所有节点的设置
done-change-broker = 已更改 { $count } 项设置

## Electing leaders

partitions-elect = 选举首选首领
partitions-elect-one = 选举首选首领
elect-none = 该主题的首选副本已全部是首领
elect-why-not = 无需选举：首选副本已是首领，或没有首领可交接
elect-all-title = 为所有主题选举首选首领？
elect-all-effect = { $count } 个分区将更换首领。客户端会很快跟上；不复制也不丢失数据。
elect-all-verb = 选举首领
job-elect-all = 为所有主题选举首选首领
job-elect = 为 { $count } 个分区选举首选首领
job-elect-one = 为 { $partition } 选举首选首领
problem-elect = 无法为 { $partition } 选举首选首领
problem-elect-behind = { $count ->
    [1] 无法为 { $partition } 选举首选首领
   *[other] 无法为 { $count } 个分区选举首选首领
}
elect-behind = { $count ->
    [1] 代理节点 { $brokers } 上的首选副本未同步。待其追上后再选举。
   *[other] { $count } 个代理节点（{ $brokers }）上的首选副本未同步。待它们追上后再选举。
}
elect-none-in-sync = 可以接任的首选副本都未同步
elect-why-behind = 它的首选副本在代理节点 { $id } 上，尚未同步
done-elect = { $count ->
    [0] 首选副本已全部是首领
   *[other] 已选举 { $count } 个首领
}

## Replicas of a topic

partitions-more = 更多分区操作
partitions-replicas = 副本
partitions-in-sync = 已同步
partitions-replicas-about = 首选首领在前，首领加粗；括号内的副本未同步。
partitions-moving = 迁移中
partitions-moving-about = + 正在获得副本，− 在复制完成后移除。
partitions-leader-preferred = 首领就是首选副本。
partitions-leader-other = 首选首领是 { $id }。
partitions-eligible = { $ids } 虽未同步，但可无损担任首领。
partitions-last-known = 已知没有副本拥有全部数据。最后拥有的是 { $ids }：请让它们回来。
partitions-move = 迁移副本…
partitions-move-one = 迁移它的副本…
partitions-move-back = 撤回迁移…
partitions-move-back-one = 撤回它的迁移…
partitions-unthrottle = 取消限速
partitions-still-throttled = 该主题的复制仍被限速，但没有迁移在进行：是此前在本窗口或 Kafka 工具中的迁移留下的。
partitions-moving-elsewhere = { $n } 个分区的副本正在迁移，由其他程序或之前的窗口发起。
unthrottle-none = 该主题的复制没有限速
move-one-broker = 只有一个代理节点：副本无处可迁
move-title = 迁移 { $topic } 的副本
move-title-one = 迁移 { $partition } 的副本
move-about = 副本分布在尽可能多的机架上，复制的数据尽可能少。看过计划之前什么都不会发生。
move-factor = 每个分区的副本数
move-throttle = 上限，MiB/秒
move-throttle-none = 不限
move-throttle-fault = 填大于 0 的数，或留空表示不限
move-brokers = 使用这些节点
move-broker = { $id }
move-broker-rack = { $id } · { $rack }
move-spread = 均匀分布副本和首领，即使要复制更多
move-verb = { $n ->
    [0] 迁移副本
   *[other] 迁移 { $n } 个分区
}
move-no-brokers-yet = 尚未得知代理节点
move-no-replicas = 分区至少需要一个副本：请填数字
move-too-few = { $n } 个副本需要同样多的节点，而只选了 { $nodes } 个
move-nothing = 无需迁移：一切已如所愿
move-summary = { $n } 个分区改变
move-copies = { $n ->
    [0] 不复制数据
   *[other] 复制 { $n } 个副本
}
move-time = 至少 { $time }
move-after = 之后的副本数：{ $replicas }。首选首领数：{ $leaders }
move-now = 现有副本
move-then = 之后
move-no-copy = 无需复制
move-more = 还有 { $n } 个
move-throttled = 已限速；全部复制完成后取消
move-back-none = 该主题没有副本在迁移
move-back-title = 撤回 { $n } 个分区的迁移？
move-back-loss = 已复制的部分将被丢弃；副本保持原位。
move-back-verb = 撤回 { $n } 个迁移
job-move = { $count ->
    [1] 迁移 { $partition } 的副本
   *[other] 迁移 { $topic } 中 { $count } 个分区的副本
}
done-move = 已迁移 { $count } 个分区
done-move-part = { $done ->
    [0] 没有分区被迁移：迁移已撤回
   *[other] 已迁移 { $count } 个分区中的 { $done } 个；其余的迁移已撤回
}
problem-move = 无法迁移 { $partition } 的副本
problem-unthrottle = 无法取消限速；请在主题的分区页取消
job-move-back = 撤回 { $count } 个分区的迁移
done-move-back = 已撤回 { $count } 个迁移
problem-move-back = 无法撤回 { $partition } 的迁移
job-unthrottle = 取消 { $topic } 的限速
done-unthrottle = { $topic } 的复制不再限速
