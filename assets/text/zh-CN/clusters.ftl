### 集群：切换器、列表、表单、连接路径、密钥

nav-cluster = 集群
nav-clusters = 集群
palette-clusters = 集群

command-go-clusters = 显示集群列表
command-add-cluster = 添加集群…
command-close-cluster = 关闭此集群

clusters-count = { $n ->
    [0] 暂无
   *[other] { $n } 个集群
}
clusters-none = 除了本机的工作区，真实的 Kafka 集群也列在这里。添加一个，就能在本窗口中浏览和操作。
clusters-unread = 无法读取集群列表
clusters-open-many = 已打开 { $n } 个集群，请先关闭一个

cluster-show = 显示 { $cluster }
cluster-not-open = 已知但未打开
cluster-opening = 正在打开
cluster-asks = 等待输入
cluster-stale = 连不上
cluster-failed = 未连上
cluster-closed = 已关闭
cluster-is-open = 已打开
cluster-read-only = 只读
cluster-address-more = { $address } 及另外 { $n } 个

cluster-open = 打开
cluster-show-it = 显示
cluster-edit = 编辑…
cluster-duplicate = 复制一份
cluster-copy-name = { $cluster } { $n }
cluster-reopen = 重新连接
cluster-close = 关闭 { $cluster }
cluster-close-title = 要关闭 { $cluster } 吗？
cluster-close-jobs = 其中有 { $n } 个任务正在运行，关闭会将其就地停止。
cluster-remove = 移除…
cluster-remove-title = 要从列表中移除 { $cluster } 吗？
cluster-remove-verb = 移除 { $cluster }
cluster-remove-about = 它的设置、保存的机密和记录的积压都会删除。集群本身不受影响。
cluster-not-saved = 无法保存 { $cluster }
cluster-not-removed = 无法移除 { $cluster }

cluster-new = 添加集群
cluster-save-open = 保存并打开
cluster-name = 名称
cluster-standing = 状态
cluster-environment = 环境
cluster-environment-hint = 生产、预发布……
cluster-environment-usual = 常用
env-production = 生产
env-staging = 预发布
env-test = 测试
env-development = 开发
cluster-colour = 颜色
colour-blue = 蓝
colour-teal = 青
colour-green = 绿
colour-yellow = 黄
colour-orange = 橙
colour-red = 红
colour-pink = 粉
colour-purple = 紫
cluster-read-only-switch = 只读
cluster-read-only-about = 在这里不能更改集群上的任何内容：消息、主题、设置、偏移量都不行。客户端本身会拒绝。
read-only-why = 此集群以只读方式打开，不能更改其中任何内容。可在“集群”里它的设置中关闭只读。

cluster-bootstrap = 代理节点
cluster-bootstrap-about = 一个或多个代理节点的“主机:端口”，以逗号分隔。任何一个都会告知其余节点的位置。
cluster-security = 安全
cluster-encryption = 加密
cluster-encryption-off = 无
cluster-encryption-tls = TLS
cluster-authorities = 信任的证书机构
cluster-authorities-system = 系统的
cluster-authorities-own = 自己的文件
cluster-authorities-file = 证书机构的证书（PEM）
cluster-identity = 使用自己的证书（双向 TLS）
cluster-certificate = 我的证书（PEM）
cluster-key = 对应的私钥（PEM，未加密）
cluster-verify-host = 检查证书是否属于该代理节点的主机
cluster-verify-host-off = 不做这项检查，其他服务器就可能冒充代理节点。
cluster-login = 登录
cluster-login-nobody = 无
cluster-login-password = 用户与密码
cluster-login-token = 令牌
cluster-login-oauth = OpenID 客户端
cluster-mechanism = 机制
cluster-plain-open = 不用 TLS 的 PLAIN 会原样发送密码：途中任何人都能读到。
cluster-user = 用户
cluster-token-in-file = 令牌在文件中，由另一程序更新
cluster-token-file = 令牌文件
cluster-endpoint = 令牌端点
cluster-endpoint-about = OpenID 提供方的 https://…/token（sasl.oauthbearer.token.endpoint.url）
cluster-oauth-client = 客户端标识
cluster-scope = 范围（可留空）
cluster-endpoint-authorities = 为令牌端点使用自己的证书颁发机构
cluster-extensions = SASL 扩展（可留空）
cluster-extensions-about = 名称=值，以逗号分隔，例如 logicalCluster=lkc-1
cluster-more = 更多：client.id 与超时
timeout-socket-connection-setup-timeout-ms = 建立可用连接的每一步
timeout-request-timeout-ms = 等待一次应答
timeout-retry-backoff-ms = 第二次尝试之前
timeout-retry-backoff-max-ms = 此后每次尝试之前
timeout-delivery-timeout-ms = 超过后视为消息丢失

cluster-fault-name = 请填写名称
cluster-fault-bootstrap = 每个代理节点写成“主机:端口”，例如 kafka.example:9092
cluster-fault-no-bootstrap = 至少填写一个代理节点
cluster-fault-authorities = 请选择证书机构的证书文件
cluster-fault-identity = 请选择证书及其私钥
cluster-fault-user = 请填写登录用户
cluster-fault-token-file = 请选择令牌文件
cluster-fault-endpoint = 请从 https:// 起完整填写令牌端点
cluster-fault-client = 请填写 OpenID 提供方登记的客户端标识
cluster-fault-extensions = 扩展写成“名称=值”，以逗号分隔
cluster-fault-millis = 毫秒数，须大于 0

cluster-test = 测试
cluster-test-runs = 进行中
cluster-test-passed = 一切正常
cluster-test-failed = 在此停止
cluster-test-secrets = 请先输入密码（或令牌）
cluster-test-locked = 加密文件已锁定：请在此输入机密，或先打开一个机密在其中的集群
walk-state-waits = 尚未开始
walk-state-running = 进行中
walk-state-passed = 通过
walk-state-skipped = 不需要
walk-state-failed = 失败

cluster-opening-page = 正在打开 { $cluster }
cluster-opening-for = 已 { $n } 秒
cluster-open-failed = 无法打开 { $cluster }
cluster-way = 逐步检查连接路径
cluster-asks-page = 打开 { $cluster }
cluster-stale-since = 自 { $time } 起未更新
cluster-look-again = 重新查看
status-brokers = { $n } 个代理节点
status-cluster-about = 进入此集群的地址，它会告知其他代理节点的位置
status-reconnecting = 正在重连代理节点 { $broker }（共 { $of } 个）
status-reconnecting-any = 正在重连：没有代理节点应答
status-broker-absent = 代理节点 { $broker } 已离开，此前共 { $of } 个
status-throttled = 暂缓 { $time }
status-throttled-about = 集群要求本客户端放慢：配额已用完
confirm-on = 所在集群
toast-elsewhere = { $cluster }：{ $said }
shortcuts-clusters = Ctrl 1 到 Ctrl 9 切换已打开的内容，工作区排第一

secret-password = 密码
secret-password-of = { $user } 的密码
secret-token = 令牌
secret-client = 客户端密钥
secret-client-of = { $client } 的客户端密钥
secret-missing = 请先输入
secret-unchanged = 不变
secret-policy = 保存在
secret-policy-store = 系统密钥库
secret-policy-store-about = 钥匙串、凭据管理器或 Secret Service。可能会要求您解锁它。
secret-policy-file = 加密文件
secret-policy-file-about = 设置旁的一个文件存放所有集群的机密，每次启动用口令打开一次。
secret-policy-ask = 不保存
secret-policy-ask-about = 每次都要输入，关闭窗口即忘记。
secret-phrase = 加密文件的口令
secret-phrase-about = 它打开存放所有集群机密的文件，直到窗口关闭。
secret-phrase-new = 加密文件的新口令
secret-phrase-new-about = 至少 8 个字符。忘记口令就要重新输入各项机密。
secret-phrase-again = 再次输入口令
secret-phrase-differs = 两次输入的口令不同
secret-policy-choose = 此系统没有可用的密钥库：请选择机密保存在哪里
secret-phrase-forgotten = 忘记口令了？
vault-delete-title = 要删除加密文件吗？
vault-delete-lost = { $n ->
    [0] 没有集群的机密在其中。
   *[other] { $n } 个集群的机密会丢失：{ $names }。
}
vault-delete-then = 下次打开这些集群时会要求重新输入，并用新的口令建立新文件。没有口令，任何人都打不开旧文件。
vault-delete-verb = 删除加密文件
vault-none = 没有加密文件：没有集群把机密存放在其中
vault-phrase-change = 更改口令…
vault-phrase-title = 更改加密文件的口令
vault-phrase-about = 文件中所有集群的机密都会重新加密。其他窗口会要求输入新口令。
vault-phrase-before = 当前口令
vault-phrase-verb = 更改口令
vault-phrase-changing = 正在重新加密文件
vault-phrase-changed = 加密文件已改用新口令
clusters-more = 更多集群操作
secret-asked-later = { $cluster } 的机密没有保存，打开集群时会要求输入
secret-phrase-missing = 请先输入口令
secret-not-kept = { $cluster } 的机密无法保存，窗口关闭前会记住
secret-no-key-store = 此系统没有可用的密钥库。请选择每次输入，或保存在加密文件中。
secret-store-locked = 系统密钥库已锁定，未被解锁。请解锁后再打开集群，或在此输入机密并选择保存位置。
secret-store-refused = 系统密钥库拒绝了请求。请在此输入机密并选择保存位置。
secret-wrong-phrase = 这个口令打不开文件
secret-short-phrase = 新口令至少 8 个字符
secret-locked = 加密文件已锁定
secret-trouble = 无法使用机密

settings-of-workspace = 文件夹、监听器和用户属于本机的工作区：切换到它（Ctrl 1）再更改。

cluster-export = 导出…
cluster-export-title = 导出 { $cluster }
cluster-export-about = 地址、安全设置和超时会写入一个文件，他人添加集群时可以粘贴或选择它。其中没有密码、令牌或口令，但有登录用户名和证书在本机的路径；证书本身不会导出。
cluster-exported = { $cluster } 已写入 { $path }，其中没有任何机密
cluster-not-exported = 无法导出 { $cluster }
cluster-export-exists = { $path } 已存在。请换一个名称，或选择替换。

paste-title = 从设置填写
paste-about = Java 客户端（.properties）或 librdkafka 的设置，或从这里导出的连接。
paste-label = 设置内容
paste-file = 或含有这些设置的文件
paste-unread = 无法读取 { $path }
paste-not-understood = 无法使用这些设置
paste-read-as = 识别为
paste-properties = Kafka 客户端的设置
paste-connection-file = Millpond 的连接
paste-no-brokers = 未写明，请在表单中填写
paste-holds-secrets = 其中有机密，会填入各自的输入框。它仍留在您复制它的地方。
paste-security-unknown = 与安全有关但这里不认识的 { $n } 项设置：{ $names }。表单中没有它们，请确认这样的连接是安全的。
paste-unused = 与连接集群无关而略去的 { $n } 项设置：{ $names }
paste-take = 填入表单
