### 连接你的应用

connect-title = 连接你的应用
connect-copy-address = 复制地址
connect-no-listener = 其他程序无法连接此代理节点：监听器已关闭。
connect-open-settings = 打开设置
connect-light-here = 已连接
connect-light-was = 来过
connect-light-waiting = 等待中
connect-install = 安装
connect-program = 程序
connect-run = 运行
connect-about = 它向自动创建的主题 hello 写入一条消息，然后从头读取，直到你停止它。
connect-waiting = 正在等待 { $language } 客户端
connect-waiting-about = 一旦有客户端连接，指示灯就会变绿，并告知它是什么、如何设置。
connect-if-nothing = 如果没有反应
connect-check-port = 地址必须与上方一致，包括端口。
connect-check-host = 在容器或其他机器中，127.0.0.1 不是这台电脑：请使用 serve 的 --listen 和 --advertise。
connect-check-topic = 从 latest 开始的消费者只能看到之后到来的消息。
connect-here = { $client } 已连接
connect-came = { $client } 来过
connect-before = { $time }，在打开此页之前
connect-no-advice = 到目前为止，它的设置没有值得注意之处。
connect-see-requests = 查看它的请求
first-connect-title = 连接你的应用
first-connect = 把任意 Kafka 客户端指向这里。Millpond 会显示它发送什么、读取什么、在哪里落后。
first-connect-show = 查看方法
connect-switch-on = 打开监听器
