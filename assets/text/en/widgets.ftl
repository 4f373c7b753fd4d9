### Words that several screens share

count-records = { $n ->
    [one] 1 record
   *[other] { $n } records
}
count-partitions = { $n ->
    [one] 1 partition
   *[other] { $n } partitions
}
count-topics = { $n ->
    [one] 1 topic
   *[other] { $n } topics
}
count-groups = { $n ->
    [one] 1 group
   *[other] { $n } groups
}
count-members = { $n ->
    [one] 1 member
   *[other] { $n } members
}
unit-records = records

group-state-stable = Stable
group-state-stable-about = Every partition has a member that reads it.
group-state-empty = Empty
group-state-empty-about = The group exists but has no members. Its committed offsets are kept.
group-state-preparing = Rebalancing
group-state-preparing-about = Members are joining again; reading stands still until partitions are handed out.
group-state-completing = Rebalancing
group-state-completing-about = Members have joined and wait for their partitions.
group-state-assigning = Assigning
group-state-assigning-about = The coordinator works out who reads what.
group-state-reconciling = Reconciling
group-state-reconciling-about = Members hand over partitions to reach the new assignment.
group-state-dead = Dead
group-state-dead-about = The group is gone.
group-state-unknown = Unknown
group-state-unknown-about = The coordinator has not said.

problem-show-details = Show details
problem-hide-details = Hide details
progress-of = { $done } of { $total }
progress-rate = { $rate } a second
progress-left = { $left } left
job-cancelling = stopping
job-cancelled = Cancelled
table-reset-columns = Show all columns as at first
table-row-menu = More about { $name }
chart-copy-csv = Copy the values as CSV
chart-save-png = Save as PNG…
chart-save-csv = Save the values as CSV…

group-kind-share = share
group-kind-share-about = A queue: every record goes to one member, which accepts it or gives it back (share group, KIP-932).
group-kind-consumer = consumer
group-kind-consumer-about = A subscription: gets every record; the cluster divides the partitions among its members (KIP-848).
group-kind-classic = classic
group-kind-classic-about = A subscription: gets every record; the members divide the partitions among themselves.
