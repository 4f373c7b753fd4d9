### Texts of: consume

consume-count = { $count ->
    [0] none of your own runs
    [one] 1 consumer of your own, as a real member
   *[other] { $count } consumers of your own, as real members
}
consume-stop-all = Stop all
consume-clear = Clear ended
consume-empty = Start consumers of your own: real members of a group, side by side, so you see how groups share a topic and what happens when one stops or dies.
consume-empty-no-topic = There is no topic to consume yet. Load the sample stream, then start consumers here.
consume-why-no-topic = There is no topic to consume yet
consume-not-started = Could not start a consumer in { $group }
consume-failed = { $name } cannot go on

# How the members of one group share a topic
consume-shares-one = 1 member: gets every record
consume-shares-one-again = 1 member: gets everything again
consume-shares-some = { $members } members share the topic: each record to one of them
consume-shares-many = { $members } members share { $partitions } partitions: each record to one of them
consume-shares-many-again = { $members } members share everything again: each record to one of them
consume-shares-idle = { $members } members for { $partitions } partitions: { $idle } { $idle ->
    [one] stays
   *[other] stay
 } idle

# A consumer
consume-more = More about { $name }
consume-open-group = Open group
consume-open-topic = Open topic { $topic }
consume-another = Start another like it
consume-remove = Remove
consume-why-running = Stop or kill it first
consume-group = group
consume-owns-joining = joining…
consume-owns-nothing = owns no partition
consume-owns-all = all { $count } partitions
consume-killed-missed-in = its group misses it in about { $left }
consume-pause = Pause
consume-resume = Resume
consume-stop = Stop
consume-stop-about = Leaves its group in order; the others take over at once
consume-kill = Kill
consume-kill-about = Vanishes without leaving, like a crashed program; its group notices when the session times out
consume-start-again = Start again
consume-received = received
consume-rate = { $rate }/s
consume-behind = behind
consume-takes = takes per record
consume-commits = { $count ->
    [0] no commit yet
    [one] 1 commit
   *[other] { $count } commits
}
consume-commits-never = never commits
consume-commits-when = Commits { $when }
consume-trouble = Tries again: { $why }
consume-ended = ended { $ago }
consume-received-nothing = Received nothing
consume-nothing-yet = Nothing received yet
consume-records-of = Records of { $name }
consume-column-partition = P
consume-column-offset = Offset
consume-column-key = Key
consume-column-value = Value

# States of a consumer
consume-state-joining = joining
consume-state-joining-about = Asks its group to become a member
consume-state-rebalancing = rebalancing
consume-state-rebalancing-about = Its group agrees anew who owns which partition
consume-state-idle = idle
consume-state-catching-up = catching up
consume-state-running = running
consume-state-running-about = A member of its group that reads what it owns
consume-state-paused = paused
consume-state-paused-about = Stays a member and keeps its partitions, but reads nothing
consume-state-stopping = stopping
consume-state-stopping-about = Commits and leaves its group
consume-state-stopped = stopped
consume-state-stopped-about = Left its group in order
consume-state-killed = killed
consume-state-killed-about = Vanished without leaving its group
consume-state-failed = failed
consume-state-failed-about = Met an error that it could not get past, and left its group

# Who owned what
consume-owned = Who owned what
consume-owned-span = last 60 s
consume-owned-by = { $partition }: { $who } since { $since }
consume-owned-by-nobody = { $partition }: nobody
consume-list-comma = {", "}
consume-list-and = { $most } and { $last }
consume-list-more = { $count } more
consume-joining = { $who } started { $ago } and joins its group
consume-joined-took = { $who } joined { $ago } and took { $moved }
consume-joined-moved = { $who } joined { $ago }: { $moved } moved to { $takers }; work on them stood still for { $still }
consume-joined-waits = { $who } joined { $ago }: { $waiting } wait for their new owner
consume-joined-idle = { $who } joined { $ago } and owns nothing: there are no more partitions than members
consume-left = { $who } left { $ago }
consume-left-moved = { $who } left { $ago }: { $moved } went to { $takers } after { $still }
consume-left-waits = { $who } left { $ago }: nobody reads { $waiting }
consume-killed = { $who } was killed { $ago }
consume-killed-moved = { $who } was killed { $ago }: { $moved } went to { $takers } after { $still } without anybody at work
consume-killed-waits = { $who } was killed { $ago }: { $waiting } stand still until its session times out
consume-lost = { $who } was put out of its group { $ago }
consume-lost-moved = { $who } was put out of its group { $ago }: { $moved } went to { $takers } after { $still }
consume-lost-waits = { $who } was put out of its group { $ago }: nobody reads { $waiting }

# The dialog
consume-new = New consumer
consume-start = { $count ->
    [one] Start consumer
   *[other] Start { $count } consumers
}
consume-group-label = Group
consume-group-new = A group of its own: gets every record
consume-group-shares = { $count ->
    [one] Shares the records with the member that runs
   *[other] Shares the records with the { $count } members that run
}
consume-topics-label = Topics
consume-topics-find = Find a topic
consume-start-at = Without a committed offset, start at
consume-earliest = earliest
consume-latest = latest
consume-processing = Processing time per record
consume-commit-label = Commit
consume-commit-before = before processing
consume-commit-after = after processing
consume-commit-never = never
consume-commit-before-about = At most once: what it was working on when it dies is lost.
consume-commit-after-about = At least once: what it was working on when it dies is delivered again.
consume-commit-never-about = Whoever takes over starts where the group last committed, or else at the start chosen above.
consume-members = Members to start
consume-assignor = Assignor
consume-further = More settings
consume-name = Name
consume-name-hint = automatic
consume-name-many = automatic for several
consume-session-timeout = Session timeout
consume-session-timeout-about = When a consumer is killed, its group waits so long for a sign of life before the others take over.
consume-fault-group = Give the group a name
consume-fault-topic = Choose a topic
consume-fault-assignor = The members of { $group } use { $assignor }; choose the same

# Members of a queue
kind-queue = Queue
kind-queue-about = Every record goes to one member, which accepts it or gives it back; who is free takes the next one.
kind-subscription = Subscription
kind-subscription-about = Every group gets all records, in order; its members divide the partitions among themselves.
consume-kind-label = As a member of a
consume-group-new-queue = A queue of its own: its members get every record between them
consume-start-at-queue = A queue that is new starts at
consume-ack-label = When the work on a record is done
consume-ack-accept = accept
consume-ack-release = release
consume-ack-reject = reject
consume-ack-accept-about = Finished: the record is delivered to nobody again.
consume-ack-release-about = Given back: another member may try it, until it was delivered as often as the group allows.
consume-ack-reject-about = Cannot be done: the record is archived at once and tried by nobody again.
consume-failure-label = Work that fails
consume-on-failure-label = When the work fails
consume-fails = { $percent ->
    [0] none
   *[other] { $percent } %
}
consume-fault-is-queue = { $group } is a queue; choose Queue, or another name
consume-fault-is-subscription = { $group } is a subscription; choose Subscription, or another name
consume-queue = queue
consume-owns-queue = { $count ->
    [one] takes records from 1 partition
   *[other] takes records from { $count } partitions
}
consume-killed-queue = what it held comes back when its locks run out
consume-waiting = waiting
consume-says = says
consume-failing = fails
consume-said-held = held
consume-said-accepted = accepted
consume-said-released = released
consume-said-rejected = rejected
consume-said-failed-about = The work on it failed
consume-lock-left = Nobody else gets it for { $left }
consume-delivery-about = { $count ->
    [1] Delivered for the first time
   *[other] Delivered for the { $count }th time; 1 is the first
}
consume-too-late = { $count } too late
consume-too-late-about = The lock had run out before the member answered, so the record went back to the queue
consume-works-on = works on { $offset }
consume-holds-nothing = holds nothing
consume-again = { $count } came again
consume-holds-about = What it works on right now, and how many of its records had been delivered before
consume-shares-queue = { $members ->
    [one] queue, 1 member: takes one record after the other
   *[other] queue, { $members } members: each record to whoever is free
}
consume-column-delivery = Times
consume-column-said = Answer
