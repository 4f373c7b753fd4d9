### Life of a record

life-title = Life of a record
life-copy = Copy as text
life-remote = A remote cluster does not tell what became of a record. Only Millpond's own broker does.
life-unknown = Nothing is known of this record any more: it is kept in memory, for the newest records, since { $time }.
life-no-topic = There is no such topic or partition.
life-see-record = See the record
life-production-unknown = How it was produced is no longer known: that was before the broker was opened, or newer records took its place.
life-known-since = Deliveries and commits are known since { $time }.
life-nobody-yet = Nobody has read it yet; what this window reads does not count.
life-more-steps = { $n ->
    [one] 1 more step is left out
   *[other] { $n } more steps are left out
}
life-open-request = Open the request
life-not-yet = not yet
life-produced = { $h }Produced{ $h } by { $client } ({ $from }), request { $request }, acks={ $acks }
life-produced-batch = Produce v{ $version } · batch of { $n } · { $size } · { $compression }
life-produced-by = producer { $id } epoch { $epoch } sequence { $sequence }
life-in-transaction = in a transaction
life-stored = { $h }Stored{ $h } as offset { $offset } in { $place }, base offset { $base }
life-after-arrival = { $time } after arrival
life-shared-commit = group commit of { $n } batches
life-synced = { $h }Synced and acknowledged{ $h }, high watermark { $watermark }
life-acknowledged = { $h }Acknowledged{ $h } before the sync, high watermark { $watermark }
life-not-acknowledged = { $h }Not acknowledged{ $h }: acks=0 asks for no answer; high watermark { $watermark }
life-answered-after = answered after { $time }
life-transaction-committed = { $h }Transaction committed{ $h } by { $client }, request { $request }
life-transaction-aborted = { $h }Transaction aborted{ $h } by { $client }, request { $request }
life-transaction-timed-out = { $h }Transaction aborted{ $h } by the broker: it was open for longer than its producer's transaction.timeout.ms
life-transaction-fenced = { $h }Transaction aborted{ $h } by the broker: another producer began with the same transactional.id
life-transaction-visible = from now on visible to read_committed
life-transaction-hidden = never visible to read_committed
life-dot-transaction-committed = committed
life-dot-transaction-aborted = aborted
life-read = { $h }Read{ $h } by { $group } member { $member }, request { $request }
life-read-again = { $h }Read again{ $h } by { $group } member { $member }, request { $request }: the same record once more
life-read-alone = { $h }Read{ $h } by { $client } without a group, request { $request }
life-read-alone-again = { $h }Read again{ $h } by { $client } without a group, request { $request }
life-read-span = offsets { $from } to { $to } came with it
life-had-waited = the fetch had waited { $time }
life-at-least-once = at least once: your handler sees it again
life-committed = { $h }Committed{ $h } by { $group }: offset { $offset } covers it
life-after-produced = { $time } after it was produced
life-rebalanced = { $group } { $h }rebalanced{ $h }: { $why }
life-generation = generation { $from } to { $to }, took { $time }
life-not-committed = { $h }Not committed{ $h } by { $group }: committed is { $offset }, { $n } before this record
life-never-committed = { $h }Not committed{ $h } by { $group }, which has committed nothing in this partition yet
life-dot-produced = produced
life-dot-stored = stored
life-dot-acknowledged = acknowledged
life-dot-again = { $group } again
life-dot-committed = { $group } committed
life-dot-rebalanced = { $group } rebalanced
life-dot-to-go = { $group }: { $n } to go
life-dot-never = { $group }: no commit
life-delivered = Delivered
life-times = { $n ->
    [one] time
   *[other] times
}, { $groups ->
    [one] 1 group
   *[other] { $groups } groups
}
life-got-again = { $group } got it { $n ->
    [2] twice
   *[other] { $n } times
}
life-why-again = Why twice?
life-why-because = { $reason }.
life-why-rebalance = { $from } had read the record but not committed it when its partition went to { $to }, which started at the last commit.
life-why-restart = { $member } had read the record but not committed it when it ended; the same program came back as a new member and started at the last commit.
life-why-back = It was committed up to { $committed }, and the group's offset was then set back to { $offset }.
life-why-asked = { $member } asked for the same offset again: its answer was lost or thrown away, or the consumer sought back.
life-why-what-to-do = Commit sooner, or make the handler idempotent.
life-acks = acks
life-batch = Records
life-answered-in = Answered in
record-life = Life
record-life-about = Who produced it, who read it, which commits cover it (L)
