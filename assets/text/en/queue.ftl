### Texts of: a queue (share group)

queue-tab-records = Records
queue-waiting = Waiting
queue-acquired = Acquired
queue-finished = Finished
queue-archived = Archived
queue-redelivered = Redelivered
queue-dead = Dead-lettered
queue-backlog = Backlog
queue-backlog-about = Records that nobody has finished yet: they wait, or a member holds them. One slow record does not hold the others up, so this can be less than the distance to the end.
queue-chart = Backlog over time
queue-oldest = the oldest is { $time } old
queue-oldest-none = everything is finished
queue-by-members = { $n ->
    [0] by nobody: no members
    [one] 1 member
   *[other] { $n } members
}
queue-finished-rate = { $rate } a second
queue-redelivered-about = deliveries beyond the first
queue-dead-topic = of { $n } archived
queue-dead-no-topic = no dead letter topic
queue-not-told = Other clusters do not tell how single records stand: Kafka has no request for that. Backlog, start offsets, members and settings are shown as on this computer.
queue-loading = Asking for the records
queue-nothing-yet = No record was handed out yet. Each record in flight appears here while members take, accept and give back.
queue-members-about = A record goes to whoever is free, so several members may read one partition and none is idle for want of one.
queue-settings-about = What the cluster does with the records and members of this queue.
queue-partitions-none = The queue has not begun with any partition yet.

# Records in flight
queue-records = Records in flight
queue-cells-large = large
queue-cells-small = small
queue-state-available = available
queue-state-acquired = acquired
queue-state-acknowledged = acknowledged
queue-state-archived = archived
queue-state-available-about = Waits for a member that is free.
queue-state-acquired-about = A member works on it; nobody else gets it while the lock holds.
queue-state-acknowledged-about = Accepted: done. It leaves the picture once all before it are finished too.
queue-state-archived-about = Given up: rejected, delivered too often, not there, or archived by hand. This queue delivers it no more.
queue-name-holder = {" "}by { $member }
queue-name-deliveries = , delivered { $count ->
    [one] once
   *[other] { $count } times
}
queue-held-by = Held by { $member }, the lock ends in { $left }
queue-never-delivered = Not delivered yet
queue-deliveries = { $count ->
    [one] Delivered once
   *[other] Delivered { $count } times
}
queue-deliveries-of = { $count ->
    [one] Delivered once
   *[other] Delivered { $count } times
}, of { $limit } at most
queue-cell-hint = Click opens its life · Shift+click chooses several
queue-hint = Click a record for its life · Shift+click or Shift+arrows choose several · right click for more
queue-partition-about = { $waiting } waiting · { $acquired } acquired · begins at { $start }
queue-partition-done = everything up to { $start } is finished
queue-left-out = · { $n } more of them are not drawn

# By hand
queue-open-life = Life of the record
queue-open-message = Show in messages
queue-redeliver = Redeliver
queue-redeliver-why-not = Nothing here is acquired or archived: what is available will be delivered anyway, and what was accepted is done.
queue-redeliver-title = Redeliver { $n ->
    [one] a record
   *[other] { $n } records
} of { $on }?
queue-redeliver-verb = Redeliver { $n ->
    [one] 1 record
   *[other] { $n } records
}
queue-redeliver-loss-locks = { $n ->
    [one] A member loses its lock on 1 record that it works on
   *[other] Members lose their locks on { $n } records that they work on
}
queue-redeliver-loss-twice = Work that is already under way may be done twice
queue-archive = Archive…
queue-archive-why-not = What is here is finished already, or was not handed out yet. Purge passes over all that waits.
queue-archive-title = Archive { $n ->
    [one] a record
   *[other] { $n } records
} of { $on }?
queue-archive-verb = Archive { $n ->
    [one] 1 record
   *[other] { $n } records
}
queue-archive-loss = { $n ->
    [one] 1 record that no member of { $group } will get
   *[other] { $n } records that no member of { $group } will get
}
queue-archive-loss-others = The records stay in the topic; other groups are not touched
queue-purge = Purge { $topic }…
queue-purge-why-not = Nothing waits there.
queue-purge-title = Purge { $topic } for { $group }?
queue-purge-verb = Purge { $topic }
queue-purge-loss = { $n } unfinished records are passed over; { $group } goes on with what comes next
queue-delete-loss-start = Members that come back start where share.auto.offset.reset says

# Partitions and reset
queue-col-start = Start offset
queue-col-flight = In flight to
queue-col-members = Read by
queue-oldest-col = Oldest
queue-reset = Reset start offset…
queue-reset-title = Reset the start offset of { $group }
queue-reset-about = A queue begins at its start offset: what lies below is finished, what lies above is delivered, again where it was delivered before.
queue-reset-old = Start
queue-reset-effect = { $again } records will be delivered again, { $skipped } passed over
