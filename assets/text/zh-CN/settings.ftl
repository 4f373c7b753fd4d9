### 设置

settings-looks = 外观与文字
settings-theme = 主题颜色
settings-system = 跟随系统
settings-light = 浅色
settings-dark = 深色
settings-language = 语言
settings-times = 时间
settings-times-local = 本地
settings-times-utc = UTC
settings-times-epoch = 毫秒时间戳
settings-motion = 动画
settings-calm = 平静模式：没有自动的动画
settings-workspace = 工作区
settings-folder = 文件夹
settings-address = 地址
settings-promises = 每个分区是一个 SQLite 文件。生产者收到确认后，消息就是安全的：acks=all 断电不丢，acks=1 在 Millpond 崩溃时不丢。
settings-about = 版本与许可
settings-sample = 示例数据
settings-public-domain = 公有领域
