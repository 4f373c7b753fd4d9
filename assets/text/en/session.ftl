### Texts of: session. Titles of jobs, what is said when they are done, and what failed.

job-create-topic = Create { $topic }
job-clone-topic = Create { $topic } with the settings of { $from }
done-create-topic = Created { $topic }
job-compact-topic = Compact { $topic }
done-compact-topic = { $count ->
    [one] Compacted { $topic }: one older record removed
   *[other] Compacted { $topic }: { $count } older records removed
}
done-compact-topic-nothing = { $topic } holds only the newest record of each key: nothing to remove
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

## Why a broker or the way to it refused, in its own words

kafka-why-offset-out-of-range = { $said }
kafka-next-offset-out-of-range = { $said }
kafka-why-corrupt-message = { $said }
kafka-next-corrupt-message = { $said }
kafka-why-unknown-topic = { $said }
kafka-next-unknown-topic = { $said }
kafka-why-no-leader = { $said }
kafka-next-no-leader = { $said }
kafka-why-moved-leader = { $said }
kafka-next-moved-leader = { $said }
kafka-why-timed-out = { $said }
kafka-next-timed-out = { $said }
kafka-why-too-large = { $said }
kafka-next-too-large = { $said }
kafka-why-metadata-too-large = { $said }
kafka-next-metadata-too-large = { $said }
kafka-why-coordinator-loading = { $said }
kafka-next-coordinator-loading = { $said }
kafka-why-coordinator-moved = { $said }
kafka-next-coordinator-moved = { $said }
kafka-why-topic-name = { $said }
kafka-next-topic-name = { $said }
kafka-why-generation = { $said }
kafka-next-generation = { $said }
kafka-why-assignor = { $said }
kafka-next-assignor = { $said }
kafka-why-group-id = { $said }
kafka-next-group-id = { $said }
kafka-why-unknown-member = { $said }
kafka-next-unknown-member = { $said }
kafka-why-session-timeout = { $said }
kafka-next-session-timeout = { $said }
kafka-why-rebalancing = { $said }
kafka-next-rebalancing = { $said }
kafka-why-topic-exists = { $said }
kafka-next-topic-exists = { $said }
kafka-why-partitions = { $said }
kafka-next-partitions = { $said }
kafka-why-replication = { $said }
kafka-next-replication = { $said }
kafka-why-config = { $said }
kafka-next-config = { $said }
kafka-why-request = { $said }
kafka-next-request = { $said }
kafka-why-policy = { $said }
kafka-next-policy = { $said }
kafka-why-storage = { $said }
kafka-next-storage = { $said }
kafka-why-group-active = { $said }
kafka-next-group-active = { $said }
kafka-why-no-group = { $said }
kafka-next-no-group = { $said }
kafka-why-group-full = { $said }
kafka-next-group-full = { $said }
kafka-why-fenced-instance = { $said }
kafka-next-fenced-instance = { $said }
kafka-why-group-subscribed = { $said }
kafka-next-group-subscribed = { $said }
kafka-why-record = { $said }
kafka-next-record = { $said }
kafka-why-version = { $said }
kafka-next-version = { $said }
kafka-why-not-authorised = { $said }
kafka-next-not-authorised = { $said }
kafka-why-quota = { $said }
kafka-next-quota = { $said }
kafka-why-unexpected = { $said }
kafka-next-unexpected = { $said }
kafka-why-disconnected = { $said }
kafka-next-disconnected = { $said }
kafka-why-bad-answer = { $said }
kafka-next-bad-answer = { $said }
kafka-why-security = { $said }
kafka-next-security = { $said }
kafka-why-read-only = This connection is read-only
kafka-next-read-only = Take read-only off in the settings of the connection if the cluster may be changed
kafka-why-closed = { $said }
kafka-next-closed = { $said }
kafka-why-other = { $said }
kafka-next-other = { $said }

file-saved = Saved as { $path }
file-not-saved = Could not save { $path }

problem-users = The users could not be read
job-add-user = Add user { $user }
done-add-user = User { $user } added
job-user-password = Change the password of { $user }
done-user-password = { $user } has a new password
job-user-role = Change the role of { $user }
done-user-role = { $user } has another role
job-remove-user = Remove user { $user }
done-remove-user = User { $user } removed

job-create-group = Create group { $group }
done-create-queue = Created queue { $group }
done-create-subscription = Created subscription { $group }
job-redeliver = Redeliver records of { $on }
done-redeliver = { $count ->
    [one] 1 record of { $on } is available to { $group } again
   *[other] { $count } records of { $on } are available to { $group } again
}
job-archive = Archive records of { $on }
done-archive = { $count ->
    [one] Archived 1 record of { $on } for { $group }
   *[other] Archived { $count } records of { $on } for { $group }
}
job-purge = Purge { $on } for { $group }
done-purge = { $count ->
    [one] { $group } passes over 1 record of { $on }
   *[other] { $group } passes over { $count } records of { $on }
}
done-forget-topic = { $group } begins with { $topic } anew
problem-queue-picture = The records of { $group } could not be read
problem-group-configs = The settings of { $group } could not be read
