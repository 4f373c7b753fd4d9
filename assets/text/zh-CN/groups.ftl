### Texts of: groups

groups-id = 消费者组
groups-state = 状态
groups-protocol = 分配策略
groups-members = 成员
groups-topics = 主题
groups-lag = 积压
groups-behind = 落后
groups-trend = 趋势
groups-find = 查找  /
groups-find-clear = 显示全部消费者组
groups-count-stable = { $n } 个稳定
groups-count-rebalancing = { $n } 个再均衡中
groups-count-empty = { $n } 个无成员
groups-none = 还没有消费者组。消费者组是一个名称，多个消费者用它分担一个主题的分区；启动一个消费者，它就会出现在这里。
groups-none-found = 没有包含“{ $find }”的消费者组或主题。
groups-start-consumer = 启动消费者…
groups-idle = 其中 { $n } 个没有分区
groups-trend-up = 每秒 { $rate } 条
groups-trend-down = 每秒 { $rate } 条
groups-trend-flat = 平稳
groups-open = 打开
groups-open-members = 成员
groups-copy-id = 复制组 ID
