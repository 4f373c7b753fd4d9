### Texts of: topics

topics-name = Name
topics-partitions = Partitions
topics-records = Records
topics-size = Size
topics-recent = Last 5 min
topics-in = In /s
topics-out = Out /s
topics-groups = Groups
topics-lag = Worst lag
topics-last = Last record
topics-quiet = quiet
topics-new = New topic…
topics-import = Import…
topics-find = Find  /
topics-find-clear = Show all topics
topics-view = View
topics-show-internal = Show internal topics
topics-count = { $hidden ->
    [0] { $shown } of { $total }
   *[other] { $shown } of { $total } · { $hidden } internal hidden
}
topics-none = No topic yet. A topic is a named stream of records; make one, or load the sample stream from the overview.
topics-none-found = No topic's name contains "{ $find }".
topics-all = All topics
topics-chart-about = records a second, last 15 minutes
topics-produced = produced
topics-consumed = consumed
topics-marked = { $count ->
    [one] 1 topic marked
   *[other] { $count } topics marked
}
topics-open = Look at messages
topics-produce = Produce
topics-settings = Settings
topics-mark = Mark
topics-unmark = Unmark
topics-mark-all = Mark all shown
topics-unmark-all = Unmark all
topics-copy-name = Copy the name
topics-clone = Clone settings…
topics-add-partitions = Add partitions…
topics-delete-before = Delete records before…
topics-empty = Empty…
topics-delete = Delete…
topics-internal-why = The broker keeps this topic for itself.

topics-empty-title = { $count ->
    [one] Empty { $topic }?
   *[other] Empty { $count } topics?
}
topics-empty-verb = { $count ->
    [one] Empty { $topic }
   *[other] Empty { $count } topics
}
topics-delete-title = { $count ->
    [one] Delete { $topic }?
   *[other] Delete { $count } topics?
}
topics-delete-verb = { $count ->
    [one] Delete { $topic }
   *[other] Delete { $count } topics
}
topics-delete-typed = delete
topics-delete-loss-settings = Settings and committed offsets that belong to it
topics-loss-records = { $records } records, { $size }
topics-loss-groups = { $count ->
    [one] 1 group reads from here: { $groups }
   *[other] { $count } groups read from here: { $groups }
}

name-taken = There is a topic named { $name } already.
name-empty = A name needs at least one character.
name-dots = "." and ".." are names of folders; choose another name.
name-too-long = The name has { $bytes } bytes; Kafka allows at most { $max }.
name-character = "{ $character }" cannot stand in a topic name. Use letters, digits, ".", "_" and "-".

new-topic-title = New topic
new-topic-verb = Create topic
new-topic-name = Name
new-topic-name-help = 1 to 249 letters, digits, ".", "_" or "-"
new-topic-partitions = Partitions
new-topic-partitions-help = So many members of a group can read at the same time. More can be added later, never taken away.
new-topic-partitions-fault = A whole number from { $least } to { $most }.
new-topic-keep = Keep records for
new-topic-keep-week = 7 days, Kafka's default
new-topic-keep-hour = 1 hour
new-topic-keep-day = 1 day
new-topic-keep-month = 30 days
new-topic-keep-forever = Forever
new-topic-max-bytes = Largest batch in bytes (max.message.bytes)
new-topic-max-bytes-fault = A whole number of bytes above 0.
new-topic-append-time = Stamp records with the broker's clock instead of the producer's
new-topic-more = All other settings can be changed later in Settings.

clone-topic-title = New topic like { $topic }
clone-topic-verb = Create topic
clone-topic-about = The new topic gets as many partitions and the same settings. Records are not copied.

add-partitions-title = Add partitions to { $topic }
add-partitions-verb = Add partitions
add-partitions-about = { $count ->
    [one] It has 1 partition. From then on records with the same key may go to another partition than before, and partitions cannot be taken away again.
   *[other] It has { $count } partitions. From then on records with the same key may go to another partition than before, and partitions cannot be taken away again.
}
add-partitions-total = Partitions in all

delete-before-title = Delete old records of { $topic }
delete-before-about = Records below the offset of each partition are deleted for everybody and cannot be brought back.
delete-before-time = Before a time
time-hint = 2018-02-04 17:50
delete-before-fill = Fill in offsets
delete-before-before = Delete before
delete-before-of = Delete before, partition { $partition }
delete-before-fault = Each offset must lie between 0 and the partition's end.
delete-before-nothing = No record lies before these offsets.
delete-before-loss = { $count } records will be lost
delete-before-verb = Delete { $count } records

partitions-id = Partition
partitions-start = First offset
partitions-end = End offset

looks-title = What needs a look
looks-none = Nothing: every group keeps up, every partition has a leader, and none is damaged.
looks-offline = offline
looks-offline-about = { $n ->
    [one] 1 partition has no leader: nobody can read or write it.
   *[other] { $n } partitions have no leader: nobody can read or write them.
}
looks-under = replicas
looks-under-about = { $n ->
    [one] 1 partition has fewer replicas in sync than it should.
   *[other] { $n } partitions have fewer replicas in sync than they should.
}
looks-open-brokers = Show the brokers
looks-damaged = damaged
looks-damaged-about = A partition of { $topic } cannot be read; the others go on.
topics-offline =
    { $n ->
        [one] One partition has no leader
       *[other] { $n } partitions have no leader
    }
figures-old = As of { $time }. { $what }: { $why }
old-broker = Broker { $broker } does not answer
old-no-leader = A partition cannot be asked
old-no-coordinator = Nobody coordinates the group
old-no-coordinator-why = { $partition } has no leader
looks-lag = lag
looks-lag-about = { $group } is { $behind } behind on { $topic } and falling further behind: { $in } records a second in, { $out } out.
looks-empty = unread
looks-empty-about = { $count } records wait for { $group } on { $topic }, and it has no members.
looks-idle = idle
looks-idle-about = { $group } has { $members } members for { $partitions ->
    [one] 1 partition
   *[other] { $partitions } partitions
}: { $idle ->
    [one] 1 receives nothing.
   *[other] { $idle } receive nothing.
}
looks-restless = rebalancing
looks-restless-about = { $group } rebalanced { $count } times in the last 5 minutes; it reads little meanwhile.
looks-dead = dead
looks-dead-about = { $count } records in { $topic }, the newest { $ago }.
looks-open-topic = Open topic
looks-open-group = Open group
looks-why = Why?
looks-look = Look at them
