### 概览

first-title = 代理节点正在本机运行
first-with-address = 它在 { $address } 上使用 Kafka 协议，分区以 SQLite 文件保存在 { $folder }。
first-without-address = 它使用 Kafka 协议为本窗口服务，分区以 SQLite 文件保存在 { $folder }。
first-sample-title = 观察真实的事件流
first-sample = 一周的地震数据：来自世界各地地震台站的 1,707 个事件。可以一次载入，也可以用两分钟重放这一周，观察速率与积压的变化。
first-sample-replay = 重放
first-sample-replay-about = 用两分钟发送这一周的数据，如同正在发生
first-labs-title = 边做边学
first-labs = 队列还是发布/订阅？分区、消费者组、偏移量、积压：在真实引擎上的 14 节短课，每课五分钟。
first-labs-start = 开始第 1 课
first-labs-all = 全部课程

acks-title = 这里的确认意味着什么
acks-all = 已写入磁盘，断电不丢
acks-one = Millpond 崩溃也不丢
acks-none = 不作保证

overview-kept-in = 保存在 { $path }
overview-import = 导入…
overview-sample = 示例数据
overview-records = 消息
overview-in-topics = { $topics } 个主题，{ $partitions } 个分区
overview-in = 写入
overview-out = 读取
overview-a-second = 每秒
overview-bytes = 每秒 { $size }
overview-disk = 占用磁盘
overview-disk-about = 所有分区合计
overview-rates = 写入与读取速率
overview-rates-unit = 每秒消息数
overview-in-line = 写入
overview-out-line = 读取
overview-busiest = 流量最大的主题
overview-all-topics = 显示全部 { $n } 个主题
overview-at = 客户端连接 { $address } · { $kept }
