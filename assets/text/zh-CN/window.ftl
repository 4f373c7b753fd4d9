### 窗口框架：顶栏、导航、状态栏、对话框、提示、命令面板

app-name = Millpond
nav-workspace = 工作区
nav-overview = 概览
nav-topics = 主题
nav-groups = 消费者组
nav-consume = 消费
nav-transfers = 导入导出
nav-learn = 学习
nav-labs = 实验室
nav-settings = 设置
nav-name = 导航

cluster-local = 本地
cluster-no-address = 未监听
cluster-address-starting = 监听器正在启动
cluster-address-failed = 监听器未能启动
cluster-no-address-about = 其他程序无法连接这个代理节点：监听器已关闭或未能启动，见“设置”。本窗口中的一切都可以使用。
cluster-switch = 集群与工作区
cluster-folder = 文件夹 { $path }
cluster-open-folder = 打开其他工作区…
cluster-copy-folder = 复制文件夹路径

status-name = 状态
status-in = 写入 { $rate } /秒
status-out = 读取 { $rate } /秒
status-disk = 占用磁盘 { $size }
status-clients = { $n ->
    [0] 暂无客户端
   *[other] { $n } 个客户端
}
status-jobs-more = 另有 { $n } 个任务
status-jobs-all = 所有进行中的任务
status-starting = 正在启动代理节点

palette-hint = 查找主题、消费者组或命令
palette-none = 没有与“{ $query }”匹配的内容
palette-commands = 命令
palette-topics = 主题
palette-groups = 消费者组
palette-name = 命令面板

shortcuts-title = 键盘快捷键
shortcuts-tables = 在表格中：↑ ↓ 移动，Page Up 与 Page Down 翻页，Home 与 End 到首尾，Enter 打开，Ctrl C 复制

opening = 正在打开工作区
open-failed = 无法打开工作区
open-failed-owned = 另一个程序正在使用这个工作区
open-failed-owned-why = Millpond 已在其中运行（进程 { $pid }），一个工作区同一时间只能有一个所有者。
open-failed-owned-why-unknown = Millpond 已在其中运行，一个工作区同一时间只能有一个所有者。
open-failed-owned-next = 关闭另一个后重试，或打开 { $path } 以外的文件夹。
status-none = 没有打开的工作区
open-failed-next = 文件夹是 { $path }。排除原因后重试，或打开其他文件夹。
open-retry = 重试
open-other = 打开其他工作区…
open-other-title = 打开其他工作区
open-other-label = 文件夹
open-other-help = 文件夹不存在时会新建。当前工作区会先关闭。
open-other-choose = 选择…
open-other-confirm = 打开

toast-copied = 已复制到剪贴板
toast-dismiss = 关闭提示
toast-undo = 撤销
confirm-losses = 将会失去
confirm-type = 输入 { $name } 以确认
no-session = 尚未打开任何工作区，无法执行此操作

cancel = 取消
close = 关闭
dismiss = 移除
done = 完成
retry = 重试
copy = 复制
save = 保存
delete = 删除
more = 更多
back = 返回
