### Texts of: session. Titles of jobs, what is said when they are done, and what failed.

job-create-topic = 创建 { $topic }
job-clone-topic = 按 { $from } 的设置创建 { $topic }
done-create-topic = 已创建 { $topic }
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
