### Texts of: group

group-tab-lag = Lag
group-tab-members = Members
group-tab-partitions = Partitions
group-tab-rebalances = Rebalances
group-tab-settings = Settings
group-settings-none = A group of the classic protocol has no settings in the cluster: its members bring their own.
group-settings-about = Settings that members of the consumer protocol are given by the cluster.
group-protocol = { $protocol } protocol
group-generation = generation { $n }
group-epoch = group epoch { $n }
group-assignment-epoch = assigned for epoch { $n }
group-reset = Reset offsets…
group-reset-nothing = The group has neither committed nor been given a partition, so there is nothing to reset.
group-loading = Asking for the group
group-missing = There is no group named { $group }. It may have been deleted, or its last committed offset has expired.
group-missing-back = All groups

group-lag = Lag
group-lag-rises = ▲ { $rate } a second
group-lag-falls = ▼ { $rate } a second
group-lag-still = steady
group-behind = Behind
group-behind-none = everything is read
group-behind-oldest = oldest unread { $time }
group-caught-up = Caught up in
group-caught-up-now = now
group-caught-up-never = never
group-at-this-pace = at this pace
group-pace = { $out } out, { $in } in a second
group-no-members = no members read
group-expires = Unread records expire in
group-expires-never = never
group-expires-none = nothing is unread
group-retention = retention { $time }
group-retention-forever = records are kept forever

group-chart = Lag over time
group-in-records = records
group-in-time = time
group-by-partition = by partition
group-summed = summed
group-range-quarter = 15 min
group-range-hour = 1 h
group-range-six-hours = 6 h
group-range-week = 7 d
group-chart-loading = Reading the history
group-chart-nothing = Nothing was recorded in this time. Lag is recorded while Millpond is open.
group-chart-left-out = { $n ->
    [one] 1 partition with the least lag is not drawn
   *[other] { $n } partitions with the least lag are not drawn
}
rebalance-mark = { $time } { $why }, rebalance { $took }
rebalance-joined = { $member } joined
rebalance-rejoined = { $member } joined again
rebalance-left = { $member } left
rebalance-expired = { $member } fell silent
rebalance-slow = { $member } was too slow
rebalance-subscription = { $member } subscribed to other topics
rebalance-protocol = { $member } changed the group's protocol
rebalance-topics = Topics came, went or grew
rebalance-restarted = The broker was started anew
rebalances-time = Time
rebalances-generation = Generation
rebalances-why = Cause
rebalances-took = Took
rebalances-members = Members afterwards
group-rebalances-none = No rebalance since Millpond was opened. One happens when members come, leave or fall silent.

group-assignment = Who owns what
group-assignment-read = read
group-assignment-unread = unread
group-assignment-none = The group has neither members nor committed offsets.
group-assignment-left-out = { $n } more partitions are in the table
group-bar = { $partition }: committed { $committed } of { $end }, lag { $lag }
group-member-idle = idle: no partition left
group-member-idle-why = A partition is read by one member of a group at most. With more members than partitions some receive nothing; add partitions, or stop members.
group-member-instance = static: { $instance }
group-member-moves = moves to { $n ->
    [one] { $n } partition
   *[other] { $n } partitions
}
group-members-none = No members. Consumers appear here while they read in this group.
group-partitions-none = The group has committed nothing yet and owns no partition.

group-col-partition = Partition
group-col-committed = Committed
group-col-end = End
group-col-lag = Lag
group-col-behind = Behind
group-col-owner = Owner
group-col-start = Start
group-col-metadata = Metadata
group-open-topic = Look at messages
group-copy-partition = Copy the partition's name

group-delete = Delete group…
group-delete-why-not = { $n ->
    [one] 1 member still reads in it. Stop it first.
   *[other] { $n } members still read in it. Stop them first.
}
group-delete-title = Delete group { $group }?
group-delete-verb = Delete { $group }
group-delete-offsets = Delete offsets on { $topic }…
group-delete-offsets-title = Delete the offsets of { $group } on { $topic }?
group-delete-offsets-verb = Delete offsets on { $topic }
group-delete-loss-offsets = { $count ->
    [one] 1 committed offset
   *[other] { $count } committed offsets
}
group-delete-loss-start = Consumers that come back start where auto.offset.reset says

reset-title = Reset offsets of { $group }
reset-verb = { $count ->
    [0] Reset
    [one] Reset 1 partition
   *[other] Reset { $count } partitions
}
reset-to = To
reset-earliest = Earliest
reset-latest = Latest
reset-time = A time
reset-offset = An offset
reset-shift = Shift by
reset-topics = Topics
reset-all-topics = All topics of the group
reset-old = Committed
reset-new = New
reset-change = Change
reset-working = Working out what would change
reset-nothing = Nothing would change.
reset-fault-time = A time as 2018-02-04 17:50, RFC 3339, or epoch milliseconds.
reset-fault-offset = A whole number from 0.
reset-fault-shift = A whole number other than 0; negative goes back.
reset-effect = { $again } records will be read again, { $skipped } skipped
reset-copy-command = Copy as command
reset-note-start = older records are gone
reset-note-end = that is beyond the end
reset-note-none-that-new = no record that new: the end
reset-note-nothing = nothing committed to shift
reset-note-unavailable = not available
