nav-brokers = Brokers
command-go-brokers = Show the brokers

## The list

brokers-loading = Asking the brokers
brokers-count = { $n ->
    [one] { $n } broker
   *[other] { $n } brokers
}
brokers-count-down = { $up } of { $n } brokers in service
brokers-release = Kafka { $release }
brokers-controller-is = controller { $id }
brokers-no-controller = no controller at the moment
brokers-elect = Elect preferred leaders…
brokers-elect-none = Every preferred replica leads already
brokers-id = Broker
brokers-address = Address
brokers-rack = Rack
brokers-state = State
brokers-version = Version
brokers-leads = Leads
brokers-preferred-about = Partitions that it leads. It would lead { $n } if every preferred replica led.
brokers-skew = Skew
brokers-skew-about = How far it leads more or fewer partitions than the mean of the brokers in service.
brokers-replicas = Replicas
brokers-behind = Out of sync
brokers-size = Size
brokers-disk = Disk
brokers-disk-words = { $free } free of { $total }
brokers-down = Broker { $id } is { $state }, so it cannot tell.
broker-controller = controller
broker-controller-about = The active controller: it elects leaders and keeps the cluster’s metadata.
broker-in-service = in service
broker-in-service-about = It serves clients.
broker-silent = no answer
broker-silent-about = The cluster counts on it, and it did not answer this window.
broker-fenced = out of service
broker-fenced-about = It is registered and not in service: down, starting, or shutting down.
broker-gone = gone
broker-gone-about = Partitions name it as a replica, and the cluster does not know it.
problem-brokers = The brokers could not be looked at
problem-broker = Broker { $broker } does not answer

## Partitions that are not as they should be

brokers-tab-troubles = Needs a look
troubles-none = Every partition has its leader, and all of its replicas are in sync.
troubles-all = All { $n }
troubles-offline = Offline { $n }
troubles-under = Under-replicated { $n }
troubles-not-preferred = Led by another { $n }
troubles-first = The first { $n } are listed
troubles-partition = Topic / partition
troubles-what = What
troubles-open = Open its partitions
trouble-offline = offline
trouble-offline-about = Nobody leads it, so it can neither be read nor written. It comes back when a replica that has everything does.
trouble-under = under-replicated
trouble-under-about = Fewer replicas are in sync than there should be: another loss may stop writes, or lose records.
trouble-not-preferred = led by another
trouble-not-preferred-about = Another than the first of its replicas leads, so load may be spread unevenly. Electing the preferred leader copies nothing.

## Disks

brokers-tab-disks = Disks of broker { $id }
disks-not-told = This broker does not tell what is on its disks; this user may not ask.
disks-empty = No partition lies on this broker.
disks-holds = { $n ->
    [one] { $n } partition
   *[other] { $n } partitions
} · { $size }
disks-error-about = The broker cannot use this folder. Its partitions here are offline.
disks-largest = What takes the most
disks-topic = Topic
disks-partitions = Partitions here
disks-size = Size here
disks-share = Share of this broker

## Settings of a broker

brokers-tab-settings = Settings of broker { $id }
broker-settings-changed = Set by somebody
broker-settings-dynamic = Can be changed
broker-settings-all = All
broker-settings-this = Broker { $id } only
broker-settings-every = All brokers
broker-settings-back = back to what it falls back to
broker-settings-at-once = It takes effect at once, without a restart, for every client.
broker-settings-ask = { $count ->
    [one] Change a setting of broker { $id }?
   *[other] Change { $count } settings of broker { $id }?
}
broker-settings-ask-all = { $count ->
    [one] Change a setting of all brokers?
   *[other] Change { $count } settings of all brokers?
}
settings-from-broker = set on this broker
settings-from-cluster = set on all brokers
settings-from-file = in the broker’s file
settings-from-default = default
settings-secret = kept secret
problem-broker-configs = The settings of broker { $broker } could not be read
job-change-broker = Change settings of broker { $broker }
job-change-all-brokers = Change settings of all brokers
done-change-broker = { $count ->
    [one] Changed a setting
   *[other] Changed { $count } settings
}

## Electing leaders

partitions-elect = Elect the preferred leaders
partitions-elect-one = Elect the preferred leader
elect-none = Every preferred replica of this topic leads already
elect-why-not = There is nothing to elect: its preferred replica leads, or it has no leader to hand over
elect-all-title = Elect the preferred leaders of all topics?
elect-all-effect = { $count ->
    [one] { $count } partition gets another leader. Its clients follow within moments; nothing is copied or lost.
   *[other] { $count } partitions get another leader. Their clients follow within moments; nothing is copied or lost.
}
elect-all-verb = Elect leaders
job-elect-all = Elect the preferred leaders of all topics
job-elect = Elect the preferred leaders of { $count } partitions
job-elect-one = Elect the preferred leader of { $partition }
problem-elect = The preferred leader of { $partition } could not be elected
problem-elect-behind = { $count ->
    [one] The preferred leader of { $partition } could not be elected
   *[other] The preferred leaders of { $count } partitions could not be elected
}
elect-behind = { $count ->
    [one] The preferred replicas on broker { $brokers } are not in sync. Elect again once it has caught up.
   *[other] The preferred replicas on { $count } brokers, { $brokers }, are not in sync. Elect again once these have caught up.
}
elect-none-in-sync = No preferred replica that could lead instead is in sync
elect-why-behind = Its preferred replica, on broker { $id }, is not in sync
done-elect = { $count ->
    [0] Every preferred replica leads already
    [one] Elected a leader
   *[other] Elected { $count } leaders
}

## Replicas of a topic

partitions-more = More for these partitions
partitions-replicas = Replicas
partitions-in-sync = In sync
partitions-replicas-about = The preferred leader first, the leader bold; in brackets those that are not in sync.
partitions-moving = moving
partitions-moving-about = + gets a copy, − goes when the copies are there.
partitions-leader-preferred = The preferred replica leads.
partitions-leader-other = The preferred leader is { $id }.
partitions-eligible = { $ids } may lead without loss, although not in sync.
partitions-last-known = Nobody is known to have everything. { $ids } had it last: bring them back.
partitions-move = Move replicas…
partitions-move-one = Move its replicas…
partitions-move-back = Take the moves back…
partitions-move-back-one = Take its move back…
partitions-unthrottle = Remove the throttle
partitions-still-throttled = Replication of this topic is throttled, and nothing moves: an earlier move left it, here or in Kafka’s tools.
partitions-moving-elsewhere = { $n ->
    [one] The replicas of a partition are being moved, begun by another program or an earlier window.
   *[other] The replicas of { $n } partitions are being moved, begun by another program or an earlier window.
}
unthrottle-none = Replication of this topic is not throttled
move-one-broker = There is only one broker: a replica has nowhere else to be
move-title = Move the replicas of { $topic }
move-title-one = Move the replicas of { $partition }
move-about = Replicas lie in as many racks as there are, and as few as possible are copied. Nothing happens before you have seen the plan.
move-factor = Replicas of each
move-throttle = At most, MiB a second
move-throttle-none = no limit
move-throttle-fault = A number above 0, or nothing for no limit
move-brokers = On these brokers
move-broker = { $id }
move-broker-rack = { $id } · { $rack }
move-spread = Spread replicas and leaders evenly, even if more is copied
move-verb = { $n ->
    [0] Move replicas
    [one] Move a partition
   *[other] Move { $n } partitions
}
move-no-brokers-yet = The brokers are not known yet
move-no-replicas = A partition needs at least one replica: give a number
move-too-few = { $nodes ->
    [one] { $n } replicas need as many brokers, and { $nodes } is chosen
   *[other] { $n } replicas need as many brokers, and { $nodes } are chosen
}
move-nothing = Nothing to move: everything is as asked for
move-summary = { $n ->
    [one] { $n } partition changes
   *[other] { $n } partitions change
}
move-copies = { $n ->
    [0] nothing is copied
    [one] { $n } replica is copied
   *[other] { $n } replicas are copied
}
move-time = at least { $time }
move-after = Replicas then: { $replicas }. Preferred to lead: { $leaders }
move-now = Replicas now
move-then = Then
move-no-copy = nothing to copy
move-more = and { $n } more
move-throttled = Throttled; the limit goes when all is copied
move-back-none = No replica of this topic moves
move-back-title = { $n ->
    [one] Take the move of a partition back?
   *[other] Take the moves of { $n } partitions back?
}
move-back-loss = What was copied so far is thrown away; the replicas stay where they were.
move-back-verb = { $n ->
    [one] Take a move back
   *[other] Take { $n } moves back
}
job-move = { $count ->
    [one] Move the replicas of { $partition }
   *[other] Move the replicas of { $count } partitions of { $topic }
}
done-move = { $count ->
    [one] Moved a partition
   *[other] Moved { $count } partitions
}
done-move-part = { $done ->
    [0] Nothing was moved: the moves were taken back
    [one] Moved { $done } of { $count } partitions; the moves of the others were taken back
   *[other] Moved { $done } of { $count } partitions; the moves of the others were taken back
}
problem-move = The replicas of { $partition } cannot be moved
problem-unthrottle = The throttle could not be removed; remove it in the topic’s partitions
job-move-back = { $count ->
    [one] Take the move of a partition back
   *[other] Take the moves of { $count } partitions back
}
done-move-back = { $count ->
    [one] Took a move back
   *[other] Took { $count } moves back
}
problem-move-back = The move of { $partition } could not be taken back
job-unthrottle = Remove the throttle of { $topic }
done-unthrottle = Replication of { $topic } is not throttled any more
