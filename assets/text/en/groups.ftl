### Texts of: groups

groups-id = Group
groups-state = State
groups-protocol = Assignor
groups-members = Members
groups-topics = Topics
groups-lag = Lag / backlog
groups-lag-of = Lag
groups-kind = Type
groups-behind = Behind
groups-trend = Trend
groups-find = Find  /
groups-find-clear = Show all groups
groups-count-stable = { $n } stable
groups-count-rebalancing = { $n } rebalancing
groups-count-empty = { $n } empty
groups-none = No group yet. A group is a name under which consumers share the partitions of a topic; start a consumer and it appears here.
groups-untold = Groups may be missing here. { $what }: { $why }
groups-none-found = No group and no topic of a group contains "{ $find }".
groups-start-consumer = Start a consumer…
groups-idle = { $n ->
    [one] 1 of them owns no partition
   *[other] { $n } of them own no partition
}
groups-trend-up = { $rate } a second
groups-trend-down = { $rate } a second
groups-trend-flat = steady
groups-open = Open
groups-open-members = Members
groups-copy-id = Copy the group's id

new-group = New group
new-group-kind = What it is
new-group-queue = Queue (share)
new-group-subscription = Subscription (consumer)
new-group-name = Name
new-group-taken = There is a group named { $name } already
new-group-start = Where it starts
new-group-earliest-about = With the oldest record that the topics hold.
new-group-latest-about = With the next record that comes; what is there now is passed over.
new-group-verb-queue = Create queue
new-group-verb-subscription = Create subscription
