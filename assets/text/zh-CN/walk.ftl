# 连接测试：步骤、结果、失败原因、如何修改。
walk-stage-name = 名称解析
walk-stage-tcp = TCP
walk-stage-tls = TLS
walk-stage-versions = 版本
walk-stage-authentication = 身份验证
walk-stage-metadata = 元数据
walk-stage-advertised-listeners = 公布的监听地址

walk-found-name = { $addresses }
walk-found-name-some = { $addresses }；{ $nameless } 没有地址
walk-found-tcp = { $address } 正在监听
walk-found-tls = { $version }，证书可信
walk-skipped-tls = 未加密
walk-found-versions = { $count } 个 API
walk-found-login = { $user } 已通过 { $mechanism } 登录
walk-found-token = 令牌已通过 { $mechanism } 被接受
walk-skipped-authentication = 无需登录
walk-found-cluster = { $count } 个代理节点，集群 ID { $id }
walk-found-nodes = { $count ->
   *[other] 集群公布的 { $count } 个代理节点地址都能连通
}

walk-failed-name = 无法解析代理节点的名称
walk-failed-tcp = 无法连接到代理节点
walk-failed-tls = 无法加密连接
walk-failed-versions = 应答者不是 Millpond 能够对话的代理节点
walk-failed-authentication = 登录失败
walk-failed-metadata = 集群没有给出自身信息
walk-failed-advertised-listeners = 无法通过集群公布的地址连接代理节点

walk-why-no-address = 主机名“{ $host }”没有对应的地址
walk-next-no-address = 检查名称“{ $host }”是否写错；如果没有写错，本机的名称服务（DNS、hosts 文件、VPN）必须认识它
walk-why-refused = { $address } 上没有程序在监听
walk-next-refused = 检查端口，并确认代理节点正在运行；Kafka 的监听地址由其“listeners”设置决定
walk-why-unreachable = 无法到达 { $address }：{ $said }
walk-next-unreachable = 检查本机与 { $host } 之间的网络：VPN、防火墙、代理
walk-why-too-slow = { $address } 在 { $millis } 毫秒内没有完成这一步
walk-next-too-slow = 检查本机与 { $host } 之间的网络（VPN、防火墙）；如果网络本来就慢，请调大此连接的连接超时
walk-why-bad-server-name = “{ $host }”不是证书可以对应的主机名
walk-next-bad-server-name = 请使用主机名或 IP 地址连接
walk-why-wants-tls = { $address } 使用 TLS，而此连接没有加密
walk-next-wants-tls = 为此连接启用 TLS（security.protocol 设为 SSL；需要登录时设为 SASL_SSL）
walk-why-not-tls = { $address } 不使用 TLS
walk-next-not-tls = 为此连接关闭 TLS（security.protocol 设为 PLAINTEXT；需要登录时设为 SASL_PLAINTEXT），或连接到使用 TLS 的端口
walk-why-closed-in-handshake = { $address } 在 TLS 握手期间关闭了连接
walk-next-closed-in-handshake = 确认此端口使用 TLS；如果是，它可能要求客户端证书：请查看代理节点的日志
walk-why-unknown-authority = { $address } 的证书不是由本机信任的机构签发的
walk-next-unknown-authority = 选择其签发机构的证书文件（ssl.ca.location）；如果是自签名证书，选择代理节点自己的证书
walk-why-other-name = { $address } 的证书用于 { $names }，而不是 { $host }
walk-next-other-name = 使用证书所对应的名称连接，或把 { $host } 加入证书；如果使用自己的签发机构，也可以关闭主机名检查
walk-why-expired = { $address } 的证书已过期
walk-next-expired = 为代理节点签发新证书；如果它应当仍然有效，请检查本机时钟
walk-why-not-valid-yet = { $address } 的证书尚未生效
walk-next-not-valid-yet = 检查本机和代理节点的时钟
walk-why-bad-certificate = { $address } 的证书不可信：{ $said }
walk-next-bad-certificate = 为代理节点签发新证书
walk-why-client-certificate = { $address } 不接受此客户端的证书
walk-next-client-certificate = 选择代理节点信任的客户端证书及其私钥（ssl.keystore.location）
walk-why-no-client-certificate = { $address } 要求客户端提供证书，而此连接没有提供
walk-next-no-client-certificate = 选择代理节点信任的客户端证书及其私钥（ssl.keystore.location）
walk-why-no-common-tls = { $address } 与本客户端没有共同的加密方式
walk-next-no-common-tls = 让代理节点支持 TLS 1.2 或 1.3（ssl.enabled.protocols）
walk-why-tls = 与 { $address } 的 TLS 握手失败：{ $said }
walk-next-tls = 请在代理节点的日志中查找原因
walk-why-closed-unanswered = { $address } 没有应答就关闭了连接
walk-next-closed-unanswered = 确认这是 Kafka 代理节点的端口，而不是其他程序的端口
walk-why-closed-instead-of-login = { $address } 没有进行登录就关闭了连接
walk-next-closed-instead-of-login = 确认此监听地址允许用户登录，并查看代理节点的日志
walk-why-lost = 与 { $address } 的连接中断：{ $said }
walk-next-lost = 请重试；如果仍然如此，请查看代理节点的日志
walk-why-not-kafka = { $address } 的应答不是 Kafka 协议
walk-next-not-kafka = 确认这是 Kafka 代理节点的端口，而不是其他程序的端口
walk-why-other-mechanism = { $address } 不允许通过 { $wanted } 登录；它支持 { $offered }
walk-next-other-mechanism = 选择它支持的机制之一：{ $offered }
walk-why-nobody-logs-in = { $address } 的这个监听地址不需要登录
walk-next-nobody-logs-in = 为此连接关闭登录（security.protocol 设为 PLAINTEXT 或 SSL），或连接到需要登录的端口
walk-why-wants-login = { $address } 要求用户登录，而此连接没有指定用户
walk-next-wants-login = 为此连接指定用户（security.protocol 设为 SASL_PLAINTEXT 或 SASL_SSL）；可用的机制有 { $offered }
walk-why-wrong-password = { $address } 拒绝了用户“{ $user }”
walk-next-wrong-password = 检查用户名和密码，并确认 { $user } 设置了 { $mechanism } 的密码
walk-why-token-refused = { $address } 没有接受令牌：{ $said }
walk-next-token-refused = 获取新的令牌，并检查其受众与范围（{ $said }）
walk-why-kafka = 代理节点返回了错误：{ $said }
walk-next-kafka = { $said }
walk-why-client = { $said }
walk-next-client = { $said }
walk-why-profile = { $said }
walk-next-profile = 修改此连接，然后重新测试
walk-why-no-nodes = { $address } 有应答，但没有列出任何代理节点
walk-next-no-nodes = 等待集群启动完成；如果仍然如此，请查看代理节点的日志

walk-why-advertised-name = { $count ->
    [1] 集群公布代理节点 { $node } 位于 { $address }，而本机找不到 { $host } 的地址
   *[other] { $of } 个代理节点中有 { $count } 个的地址本机不认识：代理节点 { $node } 位于 { $address }，还有 { $others }
}
walk-next-advertised-name = 把代理节点 { $node } 的 advertised.listeners 设为本机认识的名称，例如 { $reached }:{ $port }（容器自己的名称只在其网络内有效），或在本机 hosts 文件中加入 { $host }
walk-why-advertised-loopback = { $count ->
    [1] 集群公布代理节点 { $node } 位于 { $address }，这是本机，而不是代理节点所在的机器
   *[other] { $of } 个代理节点中有 { $count } 个公布自己位于本机：代理节点 { $node } 位于 { $address }，还有 { $others }
}
walk-next-advertised-loopback = 把代理节点 { $node } 的 advertised.listeners 设为客户端能够到达的地址，例如 { $reached }:{ $port }
walk-why-advertised-refused = { $count ->
    [1] 集群公布代理节点 { $node } 位于 { $address }，但在那里无法连接：{ $cause }
   *[other] { $of } 个代理节点中有 { $count } 个无法通过公布的地址连接：代理节点 { $node } 位于 { $address }（{ $cause }），还有 { $others }
}
walk-next-advertised-refused = 确认代理节点 { $node } 正在运行；然后把它的 advertised.listeners 设为本机能够到达的地址和端口（{ $bootstrap } 可以到达），并让防火墙放行 { $address }
walk-why-advertised-tls = { $count ->
    [1] 集群公布代理节点 { $node } 位于 { $address }，但在那里无法加密连接：{ $cause }
   *[other] { $of } 个代理节点中有 { $count } 个无法通过公布的地址安全连接：代理节点 { $node } 位于 { $address }（{ $cause }），还有 { $others }
}
walk-next-advertised-tls = 把代理节点 { $node } 的 advertised.listeners 设为其证书所对应的名称，并使用与 { $bootstrap } 相同的安全方式
walk-why-advertised-other = { $count ->
    [1] 集群公布代理节点 { $node } 位于 { $address }，但那里有问题：{ $cause }
   *[other] { $of } 个代理节点中有 { $count } 个无法通过公布的地址使用：代理节点 { $node } 位于 { $address }（{ $cause }），还有 { $others }
}
walk-next-advertised-other = 检查代理节点 { $node } 的 advertised.listeners：{ $address } 必须是它为客户端提供的监听地址，并使用与 { $bootstrap } 相同的安全方式
