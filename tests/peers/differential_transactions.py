"""Cases about producers and transactions, the flow before KIP-890 and the one since."""
import time

from batch import batch
from differential_case import Steps, coordinators, each, ends
from differential_groups import joined, made as group_ready, synced

# Near the markers, which have the time of the day: Apache Kafka begins a new segment after a week and reads one at a time.
STAMP = int(time.time() * 1000)


def cases(d):
    yield from identities(d)
    yield from idempotence(d)
    yield from transactions(d)
    yield from wrong(d)
    yield from told(d)


def made(side):
    side.topic("moved", 2)


def init(identity, timeout=20000, producer=-1, epoch=-1):
    return {"TransactionalId": identity, "TransactionTimeoutMs": timeout, "ProducerId": producer, "ProducerEpoch": epoch}


def begun(call, identity, version=4):
    """A producer id and epoch; asks again while the coordinator is only getting ready."""
    end = time.monotonic() + 20
    while True:
        answer = call("InitProducerId", version, init(identity), "init")
        if answer["ErrorCode"] not in (14, 15, 16, 51) or time.monotonic() > end:
            return answer["ProducerId"], answer["ProducerEpoch"]


def ready(side):
    made(side)
    if "ready" not in side.notes:
        coordinators(side)
        side.notes["ready"] = begun(lambda api, version, tree, label: side.call(api, version, tree), "first")
    side.open()


def identities(d):
    yield from each(d, "InitProducerId", "without a transactional id", lambda s, v: init(None), before=ready)
    yield from each(d, "InitProducerId", "with one", lambda s, v: init(f"with-{v}"), before=ready)
    yield from each(d, "InitProducerId", "with the same again", lambda s, v: init(f"with-{v}"), before=ready)
    for title, tree in (("a timeout beyond the limit", init("slow", 2_000_000_000)), ("a timeout of zero", init("quick", 0)), ("an empty id", init("")),
                        ("an epoch without a producer", init("odd", 20000, -1, 3)), ("a producer that is not known", init("odd", 20000, 987654, 3))):
        yield from ends(d, "InitProducerId", title, lambda s, v, t=tree: t, before=ready)


def records(producer, epoch, sequence, count=1, transactional=False):
    return batch([(b"k", b"%d" % n) for n in range(count)], STAMP, producer, epoch, sequence, 0x10 if transactional else 0)


def write(call, data, topic="moved", partition=0, label="produce", version=9, identity=None):
    what = [{"Name": topic, "PartitionData": [{"Index": partition, "Records": data}]}]
    return call("Produce", version, {"TransactionalId": identity, "Acks": -1, "TimeoutMs": 5000, "TopicData": what}, label)


def idempotence(d):
    def sequences(side, call):
        ready(side)
        producer, epoch = begun(call, None)
        write(call, records(producer, epoch, 0, 3), label="first")
        write(call, records(producer, epoch, 0, 3), label="the same again")
        write(call, records(producer, epoch, 3, 2), label="next")
        write(call, records(producer, epoch, 9), label="a gap")
        write(call, records(producer, epoch, 0, 3), label="the first once more")
        for number in range(5):
            write(call, records(producer, epoch, 5 + number), label=f"one of five, {number}")
        write(call, records(producer, epoch, 0, 3), label="older than what is remembered")
        write(call, records(producer, epoch + 1, 4), label="a new epoch that does not begin at zero")
        write(call, records(producer, epoch + 1, 0), label="a new epoch")
        write(call, records(producer, epoch, 10), label="the old epoch")
        call("DescribeProducers", 0, {"Topics": [{"Name": "moved", "PartitionIndexes": [0, 1, 9]}, {"Name": "unseen", "PartitionIndexes": [0]}]})

    yield Steps("Produce: the sequences of an idempotent producer", sequences)

    def wraps(side, call):
        ready(side)
        producer, epoch = begun(call, None)
        write(call, records(producer, epoch, 7), partition=1, label="not from zero")
        write(call, records(producer, -1, 0), partition=1, label="no epoch")
        write(call, records(producer, epoch, -1), partition=1, label="no sequence")

    yield Steps("Produce: sequences that cannot be", wraps)


def ended(call, identity, producer, epoch, commit, version=3, label=None):
    """Ends a transaction; while an earlier one is still being completed Apache Kafka asks to try again."""
    end = time.monotonic() + 10
    tree = {"TransactionalId": identity, "ProducerId": producer, "ProducerEpoch": epoch, "Committed": commit}
    while True:
        answer = call("EndTxn", version, tree, label or ("commit" if commit else "abort"))
        if answer["ErrorCode"] != 51 or time.monotonic() > end:
            return answer


def settled(side, identity):
    """The transaction is over on both sides of its markers."""
    import bed

    def state():
        (one,) = side.call("DescribeTransactions", 0, {"TransactionalIds": [identity]})["TransactionStates"]
        return one["TransactionState"].startswith(("Complete", "Empty", "Dead"))

    bed.until(state, f"the end of the transaction of {identity}")


def transactions(d):
    for version, adding in ((0, 0), (1, 1), (3, 3)):
        def old(side, call, v=version, a=adding):
            ready(side)
            identity, topic = f"old-{v}", side.topic(f"old-{v}")
            producer, epoch = begun(call, identity, min(v + 1, 4))
            write(call, records(producer, epoch, 0, 1, True), topic, label="before it was added", identity=identity)
            add = {"V3AndBelowTransactionalId": identity, "V3AndBelowProducerId": producer, "V3AndBelowProducerEpoch": epoch,
                   "V3AndBelowTopics": [{"Name": topic, "Partitions": [0]}]}
            call("AddPartitionsToTxn", a, add)
            write(call, records(producer, epoch, 0, 2, True), topic, label="added", identity=identity)
            read(side, call, topic, 1, "open")
            call("DescribeTransactions", 0, {"TransactionalIds": [identity, "unseen"]}, "open")
            call("DescribeProducers", 0, {"Topics": [{"Name": topic, "PartitionIndexes": [0]}]}, "open")
            ended(call, identity, producer, epoch, True, v)
            settled(side, identity)
            read(side, call, topic, 1, "committed")
            ended(call, identity, producer, epoch, True, v, "commit again")
            ended(call, identity, producer, epoch, False, v, "abort after the commit")
            call("AddPartitionsToTxn", a, add, "the next")
            write(call, records(producer, epoch, 2, 2, True), topic, label="the next", identity=identity)
            ended(call, identity, producer, epoch, False, v)
            settled(side, identity)
            read(side, call, topic, 1, "aborted")
            read(side, call, topic, 0, "aborted")

        yield Steps(f"EndTxn v{version}: the flow before KIP-890", old)

    def new(side, call):
        ready(side)
        identity, topic = "new", side.topic("new")
        producer, epoch = begun(call, identity, 5)
        write(call, records(producer, epoch, 0, 2, True), topic, label="added by itself", version=12, identity=identity)
        call("DescribeTransactions", 0, {"TransactionalIds": [identity]}, "open")
        answer = ended(call, identity, producer, epoch, True, 5)
        settled(side, identity)
        read(side, call, topic, 1, "committed")
        ended(call, identity, producer, epoch, True, 5, "commit again, as after a lost answer")
        producer, epoch = answer["ProducerId"], answer["ProducerEpoch"]
        write(call, records(producer, epoch - 1, 2, 1, True), topic, label="the old epoch", version=12, identity=identity)
        write(call, records(producer, epoch, 0, 1, True), topic, label="the new epoch", version=12, identity=identity)
        answer = ended(call, identity, producer, epoch, False, 5)
        settled(side, identity)
        read(side, call, topic, 1, "aborted")
        ended(call, identity, answer["ProducerId"], answer["ProducerEpoch"], False, 5, "abort of nothing")
        settled(side, identity)
        ended(call, identity, answer["ProducerId"], answer["ProducerEpoch"] + 7, False, 5, "an epoch to come")

    yield Steps("EndTxn v5: the flow since KIP-890", new)

    def offsets(side, call):
        ready(side)
        producer, epoch = begun(call, "along")
        call("AddOffsetsToTxn", 3, {"TransactionalId": "along", "ProducerId": producer, "ProducerEpoch": epoch, "GroupId": "along"})
        part = {"PartitionIndex": 0, "CommittedOffset": 5, "CommittedMetadata": "note"}
        commit = {"TransactionalId": "along", "GroupId": "along", "ProducerId": producer, "ProducerEpoch": epoch, "Topics": [{"Name": "moved", "Partitions": [part]}]}
        call("TxnOffsetCommit", 3, commit)
        wanted = [{"GroupId": "along", "Topics": [{"Name": "moved", "PartitionIndexes": [0]}]}]
        call("OffsetFetch", 8, {"Groups": wanted, "RequireStable": True}, "while open, stable ones")
        call("OffsetFetch", 8, {"Groups": wanted}, "while open")
        call("TxnOffsetCommit", 3, {**commit, "Topics": [{"Name": "moved", "Partitions": []}]}, "of nothing")
        call("TxnOffsetCommit", 3, {**commit, "Topics": [{"Name": "moved", "Partitions": [{**part, "PartitionIndex": 1, "CommittedOffset": -5}]}]}, "below zero")
        call("AddOffsetsToTxn", 3, {"TransactionalId": "along", "ProducerId": producer, "ProducerEpoch": epoch, "GroupId": ""}, "no group")
        call("TxnOffsetCommit", 3, {**commit, "GenerationId": 4, "MemberId": "somebody"}, "of an unknown member")
        call("TxnOffsetCommit", 3, {**commit, "ProducerEpoch": epoch + 1}, "of an epoch to come")
        ended(call, "along", producer, epoch, True)
        settled(side, "along")
        call("OffsetFetch", 8, {"Groups": wanted, "RequireStable": True}, "committed")
        call("AddOffsetsToTxn", 3, {"TransactionalId": "along", "ProducerId": producer, "ProducerEpoch": epoch, "GroupId": "along"}, "the next")
        call("TxnOffsetCommit", 3, {**commit, "Topics": [{"Name": "moved", "Partitions": [{**part, "CommittedOffset": 9}]}]}, "the next")
        ended(call, "along", producer, epoch, False)
        settled(side, "along")
        call("OffsetFetch", 8, {"Groups": wanted, "RequireStable": True}, "aborted")

    yield Steps("TxnOffsetCommit: offsets that go along", offsets)

    def slow(side, call):
        """Aborted because they took too long; what they then hear depends on the version of EndTxn."""
        ready(side)
        begins = {}
        for identity in ("slow-3", "slow-5"):
            producer, epoch = begun(call, identity)
            epoch = call("InitProducerId", 4, init(identity, 1000), "with little time")["ProducerEpoch"]
            write(call, records(producer, epoch, 0, 1, True), side.topic(identity), version=12, identity=identity)
            begins[identity] = producer, epoch
        for identity in begins:
            settled(side, identity)
        for identity, (producer, epoch) in begins.items():
            version = int(identity[-1])
            write(call, records(producer, epoch, 1, 1, True), identity, version=12, identity=identity, label=f"{identity}, too late")
            ended(call, identity, producer, epoch, True, version)
            ended(call, identity, producer, epoch, False, version)
            call("AddOffsetsToTxn", 3, {"TransactionalId": identity, "ProducerId": producer, "ProducerEpoch": epoch, "GroupId": "slow"})
            call("DescribeTransactions", 0, {"TransactionalIds": [identity]})
            call("InitProducerId", 4, init(identity, 20000, producer, epoch), "goes on")
            call("InitProducerId", 4, init(identity), "somebody new")
            call("InitProducerId", 4, init(identity, 20000, producer, epoch), "wants to go on again")
            read(side, call, identity, 1, identity)

    yield Steps("EndTxn: transactions that took too long", slow)

    def resumed(side, call):
        ready(side)
        producer, epoch = begun(call, "resumed")
        for label in ("goes on", "the answer was lost"):
            call("InitProducerId", 4, init("resumed", 20000, producer, epoch), label)
        call("InitProducerId", 4, init("resumed", 20000, producer, epoch + 5), "an epoch to come")
        call("InitProducerId", 4, init("resumed", 20000, producer + 7, epoch), "another producer")
        producer, epoch = begun(call, None)
        call("InitProducerId", 4, init(None, 20000, producer, epoch), "without transactions")

    yield Steps("InitProducerId v4: a producer goes on", resumed)

    def spread(side, call):
        """Over several partitions, the first batch of one of them missing."""
        ready(side)
        topic = side.topic("spread", 3)
        producer, epoch = begun(call, "spread", 5)

        def send(label, sequence, *partitions):
            data = [{"Index": p, "Records": records(producer, epoch, sequence, 1, True)} for p in partitions]
            call("Produce", 12, {"TransactionalId": "spread", "Acks": -1, "TimeoutMs": 5000, "TopicData": [{"Name": topic, "PartitionData": data}]}, label)

        send("two", 0, 0, 1)
        send("the first of one is missing", 1, 1, 2)
        send("an unknown partition", 0, 7)
        send("the one that was missing", 0, 2)
        call("DescribeTransactions", 0, {"TransactionalIds": ["spread"]})
        write(call, records(producer, epoch, 2), topic, version=12, identity="spread", label="outside the transaction")
        ended(call, "spread", producer, epoch, True, 5)
        settled(side, "spread")
        for partition in range(3):
            what = [{"Topic": topic, "Partitions": [{"Partition": partition, "FetchOffset": 0, "PartitionMaxBytes": 1 << 20}]}]
            call("Fetch", 12, {"MaxWaitMs": 0, "MinBytes": 0, "SessionEpoch": -1, "IsolationLevel": 1, "Topics": what}, f"read {partition}")
        call("DescribeProducers", 0, {"Topics": [{"Name": topic, "PartitionIndexes": [0, 1, 2]}]})

    yield Steps("Produce: a transaction over several partitions", spread)

    def with_members(side, call):
        ready(side)
        group_ready(side)
        member, generation = joined(side, call, "along-members")
        synced(call, "along-members", member, generation)
        producer, epoch = begun(call, "along-members")
        call("AddOffsetsToTxn", 3, {"TransactionalId": "along-members", "ProducerId": producer, "ProducerEpoch": epoch, "GroupId": "along-members"})
        parts = [{"PartitionIndex": p, "CommittedOffset": 3} for p in (0, 9)]
        commit = {"TransactionalId": "along-members", "GroupId": "along-members", "ProducerId": producer, "ProducerEpoch": epoch,
                  "Topics": [{"Name": "moved", "Partitions": parts}, {"Name": "unseen", "Partitions": parts[:1]}]}
        for label, who in (("a member", {"GenerationId": generation, "MemberId": member}), ("nobody", {}), ("a stranger", {"GenerationId": generation, "MemberId": "x"}),
                           ("a generation to come", {"GenerationId": generation + 1, "MemberId": member}),
                           ("an instance that is none", {"GenerationId": generation, "MemberId": member, "GroupInstanceId": "x"})):
            call("TxnOffsetCommit", 3, {**commit, **who}, label)
        ended(call, "along-members", producer, epoch, True)
        settled(side, "along-members")
        call("OffsetFetch", 8, {"Groups": [{"GroupId": "along-members", "Topics": None}], "RequireStable": True})

    yield Steps("TxnOffsetCommit: of a group with a member", with_members)

    def fenced(side, call):
        ready(side)
        topic = side.topic("fenced")
        producer, epoch = begun(call, "fenced")
        add = {"V3AndBelowTransactionalId": "fenced", "V3AndBelowProducerId": producer, "V3AndBelowProducerEpoch": epoch,
               "V3AndBelowTopics": [{"Name": topic, "Partitions": [0]}]}
        call("AddPartitionsToTxn", 3, add)
        write(call, records(producer, epoch, 0, 1, True), topic, identity="fenced")
        begun(lambda *given: side.call(*given[:3]), "fenced")
        settled(side, "fenced")
        call("AddPartitionsToTxn", 3, add, "by the old one")
        write(call, records(producer, epoch, 1, 1, True), topic, identity="fenced", label="by the old one")
        ended(call, "fenced", producer, epoch, True, 3, "by the old one")
        ended(call, "fenced", producer, epoch, True, 1, "by the old one, which knows only the old error")
        call("InitProducerId", 4, init("fenced", 20000, producer, epoch), "by the old one")
        read(side, call, topic, 1, "after")

    yield Steps("InitProducerId v4: the old producer is fenced", fenced)


def read(side, call, topic, isolation, label):
    what = [{"Topic": topic, "TopicId": side.ids[topic], "Partitions": [{"Partition": 0, "FetchOffset": 0, "PartitionMaxBytes": 1 << 20}]}]
    call("Fetch", 12, {"MaxWaitMs": 0, "MinBytes": 0, "SessionEpoch": -1, "IsolationLevel": isolation, "Topics": what}, f"read {isolation}, {label}")
    one = [{"PartitionIndex": 0, "Timestamp": -1}]
    call("ListOffsets", 5, {"ReplicaId": -1, "IsolationLevel": isolation, "Topics": [{"Name": topic, "Partitions": one}]}, f"end {isolation}, {label}")


def wrong(d):
    add = {"V3AndBelowTransactionalId": "unseen", "V3AndBelowProducerId": 5, "V3AndBelowProducerEpoch": 0, "V3AndBelowTopics": [{"Name": "moved", "Partitions": [0]}]}
    yield from each(d, "AddPartitionsToTxn", "an unknown transaction", lambda s, v: add, high=3, before=ready)
    yield from ends(d, "AddPartitionsToTxn", "an empty id", lambda s, v: {**add, "V3AndBelowTransactionalId": ""}, high=3, before=ready)

    def unknown_topic(side, version):
        producer, epoch = begun(lambda api, v, tree, label: side.call(api, v, tree), "known")
        return {"V3AndBelowTransactionalId": "known", "V3AndBelowProducerId": producer, "V3AndBelowProducerEpoch": epoch,
                "V3AndBelowTopics": [{"Name": "unseen", "Partitions": [0]}, {"Name": "moved", "Partitions": [0]}]}

    yield from each(d, "AddPartitionsToTxn", "an unknown topic beside a known one", unknown_topic, high=3, before=ready)
    yield from each(d, "AddOffsetsToTxn", "an unknown transaction", lambda s, v: {"TransactionalId": "unseen", "ProducerId": 5, "ProducerEpoch": 0,
                                                                                 "GroupId": "g"}, before=ready)
    yield from each(d, "EndTxn", "an unknown transaction", lambda s, v: {"TransactionalId": "unseen", "ProducerId": 5, "ProducerEpoch": 0,
                                                                        "Committed": True}, before=ready)
    yield from ends(d, "TxnOffsetCommit", "no group", lambda s, v: {"TransactionalId": "unseen", "ProducerId": 5, "ProducerEpoch": 0, "GroupId": "",
                    "Topics": [{"Name": "moved", "Partitions": [{"PartitionIndex": 0, "CommittedOffset": 1}]}]}, high=4, before=ready)
    yield from ends(d, "AddOffsetsToTxn", "no group", lambda s, v: {"TransactionalId": "unseen", "ProducerId": 5, "ProducerEpoch": 0, "GroupId": ""}, before=ready)
    yield from each(d, "TxnOffsetCommit", "an unknown transaction", lambda s, v: {"TransactionalId": "unseen", "ProducerId": 5, "ProducerEpoch": 0, "GroupId": "g",
                    "Topics": [{"Name": "moved", "Partitions": [{"PartitionIndex": 0, "CommittedOffset": 1}]}]}, high=4, before=ready)


def told(d):
    yield from each(d, "ListTransactions", "in a state that is none", lambda s, v: {"StateFilters": ["Asleep"]}, before=ready)
    yield from each(d, "ListTransactions", "open ones", lambda s, v: {"StateFilters": ["Ongoing"]}, before=ready)
    yield from each(d, "ListTransactions", "of a producer that is not there", lambda s, v: {"ProducerIdFilters": [987654]}, before=ready)
    yield from each(d, "ListTransactions", "by pattern", lambda s, v: {"TransactionalIdPattern": "old-.*"}, low=2, before=ready)
    yield from each(d, "ListTransactions", "by a wrong pattern", lambda s, v: {"TransactionalIdPattern": "("}, low=2, before=ready)
    yield from each(d, "ListTransactions", "that last", lambda s, v: {"DurationFilter": 0, "StateFilters": ["Empty"]}, low=1, before=ready)
    yield from each(d, "ListTransactions", "that last long", lambda s, v: {"DurationFilter": 100_000_000}, low=1, before=ready)
    yield from each(d, "WriteTxnMarkers", "of nobody", lambda s, v: {"Markers": [{"ProducerId": 987655, "ProducerEpoch": 0, "TransactionResult": True,
                    "CoordinatorEpoch": 0, "Topics": [{"Name": "moved", "PartitionIndexes": [0, 9]}, {"Name": "unseen", "PartitionIndexes": [0]}]}]}, before=ready)
    yield from each(d, "DescribeTransactions", "an unknown one", lambda s, v: {"TransactionalIds": ["unseen"]}, before=ready)
    yield from each(d, "DescribeTransactions", "an empty id", lambda s, v: {"TransactionalIds": [""]}, before=ready)
    yield from each(d, "DescribeProducers", "an unknown topic", lambda s, v: {"Topics": [{"Name": "unseen", "PartitionIndexes": [0]}]}, before=ready)
