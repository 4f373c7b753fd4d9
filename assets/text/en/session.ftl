### Texts of: session. Titles of jobs, what is said when they are done, and what failed.

job-create-topic = Create { $topic }
job-clone-topic = Create { $topic } with the settings of { $from }
done-create-topic = Created { $topic }
job-add-partitions = Add partitions to { $topic }
done-add-partitions = { $topic } has { $count } partitions now
job-change-configs = Change settings of { $topic }
done-change-configs = { $count ->
    [one] Changed a setting of { $topic }
   *[other] Changed { $count } settings of { $topic }
}
job-delete-topics = { $count ->
    [one] Delete { $topic }
   *[other] Delete { $count } topics
}
done-delete-topics = { $count ->
    [one] Deleted { $topic }
   *[other] Deleted { $count } topics
}
job-empty-topics = { $count ->
    [one] Empty { $topic }
   *[other] Empty { $count } topics
}
done-empty-topics = { $count ->
    [one] { $topic } is empty now
   *[other] { $count } topics are empty now
}
job-delete-records = Delete old records of { $topic }
done-delete-records = Deleted old records of { $topic }
job-reset-offsets = Reset offsets of { $group }
done-reset-offsets = { $count ->
    [one] Reset 1 partition of { $group }
   *[other] Reset { $count } partitions of { $group }
}
job-delete-groups = { $count ->
    [one] Delete group { $group }
   *[other] Delete { $count } groups
}
done-delete-groups = { $count ->
    [one] Deleted group { $group }
   *[other] Deleted { $count } groups
}
job-delete-offsets = Delete committed offsets of { $group }
done-delete-offsets = { $count ->
    [one] Deleted 1 committed offset of { $group }
   *[other] Deleted { $count } committed offsets of { $group }
}

problem-too-many-jobs = { $count } jobs run already. Wait for one to end, or cancel one.
problem-cluster-look = The state of the cluster could not be read; what is shown is older
problem-topic-configs = The settings of { $topic } could not be read
problem-delete-topic = { $topic } could not be deleted
problem-delete-records = Records of { $partition } could not be deleted
problem-offsets-at = The offsets of { $topic } at that time could not be found
problem-reset-preview = The reset of { $group } could not be worked out
problem-reset-partition = { $partition } could not be reset
problem-delete-group = Group { $group } could not be deleted
problem-delete-offset = The committed offset of { $partition } could not be deleted
problem-lag-chart = The lag of { $group } over time could not be read
problem-lag-not-kept = Lag over time is not recorded in this workspace: lag.sqlite could not be opened.

reset-refused-active = { $count ->
    [one] 1 member reads in this group and would overwrite the offsets with its own.
   *[other] { $count } members read in this group and would overwrite the offsets with their own.
}
reset-refused-active-next = Stop all members of the group, then reset.
reset-refused-rebalancing = The group rebalances right now.
reset-refused-rebalancing-next = Wait until it is done, stop all members, then reset.
