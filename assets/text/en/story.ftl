### What happens on the stage of a lesson, a sentence each. $who is the name of an actor, $what "Message 11" or "Messages 11 to 14", $it the same inside a sentence, $n how many.

story-what = { $n ->
    [one] Message { $first }{ $of }
   *[other] Messages { $first } to { $last }{ $of }
}
story-it = { $n ->
    [one] message { $first }{ $of }
   *[other] messages { $first } to { $last }{ $of }
}
story-of = {" "}of { $place }
story-and-more = { $named } and { $n } more
story-no-partition = no partition

story-stored = { $who } wrote { $it }. { $n ->
    [one] It is stored in { $where }
   *[other] They are stored in { $where }
}.
story-stored-key = { $who } wrote { $it }: its key { $key } belongs in { $where }, { $n ->
    [one] at the end
   *[other] one after another
}.
story-stored-by-hand = { $what } { $n ->
    [one] was
   *[other] were
} written by hand into { $where }.
story-send-failed = { $who } could not write to { $topic }: { $why }
story-sent-again-twice = { $who } got no answer and sent the message again: it is stored twice.
story-sent-again-once = { $who } got no answer and sent the message again: the broker knew it and stored it once.
story-delivered = { $what } went to { $who } ({ $group }). { $n ->
    [one] It stays
   *[other] They stay
} in the log for other readers.
story-delivered-alone = { $what } went to { $who }. { $n ->
    [one] It stays
   *[other] They stay
} in the log for other readers.
story-processed = { $who } finished { $it }{ $n ->
    [one] .
   *[other] , { $n } in all.
}
story-processing-failed = { $who } failed on { $it }.
story-committed = { $who } committed offset { $offset } for { $group }: everything before it in { $place } counts as read.
story-committed-alone = { $who } committed offset { $offset }: everything before it in { $place } counts as read.
story-commit-failed = { $who } could not commit for { $group }: { $why }
story-duplicate = { $who } did { $it } again; { $first } had done it before.
story-out-of-order = { $who } did { $it } before message { $older }: the order was lost.

story-acquired = { $what } { $n ->
    [one] was
   *[other] were
} given to { $who }. Nobody else will get { $n ->
    [one] it
   *[other] them
} while the lock holds ({ $lock }).{ $count ->
    [1] {""}
   *[other] {" "}This is delivery { $count }.
}
story-acquired-plain = { $what } { $n ->
    [one] was
   *[other] were
} given to { $who }, and to nobody else.{ $count ->
    [1] {""}
   *[other] {" "}This is delivery { $count }.
}
story-accepted = { $what } { $n ->
    [one] was
   *[other] were
} accepted by { $who }. The queue is done with { $n ->
    [one] it
   *[other] them
}.
story-accepted-gone = { $what } { $n ->
    [one] was
   *[other] were
} accepted by { $who }. The queue deletes what is finished.
story-released = { $who } gave { $it } back. { $n ->
    [one] It waits
   *[other] They wait
} for whoever comes next.
story-rejected = { $who } rejected { $it }. Nobody will get { $n ->
    [one] it
   *[other] them
} again.
story-renewed = { $who } asked for more time with { $it }.
story-lock-expired = { $who } took too long with { $it }: the lock ran out, and others get { $n ->
    [one] it
   *[other] them
} now.
story-archived-limit = { $group } gave { $it } up: delivered as often as it allows.
story-archived-rejected = { $group } put { $it } aside: rejected.
story-archived-gap = { $group } passed over { $it }: no longer in the log.
story-archived-by-hand = { $what } { $n ->
    [one] was
   *[other] were
} taken out of { $group } by hand.
story-archived-aborted = { $group } passed over { $it }: the transaction was aborted.
story-dead-lettered = A copy of { $it } is in { $to }, { $n ->
    [one] where somebody can look at it
   *[other] where somebody can look at them
}.

story-joined = { $who } joined the group { $group }.
story-left = { $who } left the group { $group }.
story-expired = { $group } has not heard from { $who } for too long and goes on without.
story-idle = { $who } has nothing to do: { $group } has more members than partitions.
story-rebalanced = { $group } divided its partitions anew (generation { $generation }, { $n ->
    [one] 1 member
   *[other] { $n } members
}); that took { $took }.
story-assigned-alone = { $who } now reads { $partitions }.
story-assigned = { $who } now reads { $partitions } for { $group }.
story-revoked = { $who } gave back { $partitions } of { $group }.

story-started = { $who } began.
story-stopped = { $who } stopped.
story-crashed = { $who } crashed in the middle of the work.
story-paused = { $who } takes a rest.
story-resumed = { $who } goes on.
story-added = { $who } came to the stage.
story-removed = { $who } left the stage.
story-changed = { $who }: { $field } is { $value } now.
story-mode-queue = { $who } leaves a message in the queue now and answers at once.
story-mode-sequence = { $who } does everything itself now, before it answers.
story-served = { $who } answered a person after { $took }.
story-request-refused = { $who } turned a person away: everybody was busy.
story-request-timed-out = A person gave up on { $who } after { $took }.
story-request-callee-down = { $who } failed: the part that it calls is down.

story-deleted = { $place } begins at { $before } now: { $n ->
    [one] 1 message was
   *[other] { $n } messages were
} deleted.
story-compacted = { $topic } was compacted: { $n ->
    [one] 1 older message with a newer one of its key is gone
   *[other] { $n } older messages with a newer one of their key are gone
}.
story-transaction-began = { $who } began a transaction: nothing of it counts yet.
story-transaction-committed = { $who } committed the transaction: { $n ->
    [one] 1 message counts
   *[other] all { $n } messages count
}.
story-transaction-aborted = { $who } aborted the transaction: { $n ->
    [one] 1 message does not count
   *[other] its { $n } messages do not count
}.
story-read-found = Message { $offset } of { $place } is still there.
story-read-gone = Message { $offset } of { $place } is gone.
story-topic-created = The topic { $topic } was made, with { $n ->
    [one] 1 partition
   *[other] { $n } partitions
}.
story-partitions-added = { $topic } has { $n ->
    [one] 1 partition
   *[other] { $n } partitions
} now.
story-configured = { $what }: { $setting } is { $value } now.
story-queue-created = The queue { $group } was made.
story-group-created = The group { $group } was made.
story-offsets-reset = { $group } reads { $topic } from { $to } on.
story-to-earliest = the oldest message
story-to-latest = the newest message
story-jumped = The clock jumped ahead by { $hours } h.
story-overrun = Messages come { $times } times as fast as they are done. The rest waits in { $topic }.
story-drained = The backlog of { $topic } is gone, after { $took }. Nothing was lost.
