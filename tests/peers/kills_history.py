"""What clients were told while a broker was killed again and again, and what must hold of it, in the spirit of Jepsen's
workload for Kafka. A history is a list of events, each a dict with the key `what`:

    sent       producer topic partition value             before it goes out
    acked      producer topic partition offset value      the broker said that it is stored
    txn        producer outcome values                    outcome: committed, aborted or unknown
    read       reader isolation topic partition offset value
    commit     group topic partition offset began ended   the broker said that it holds
    committed  group topic partition offset began ended   what the broker says was committed
    log        isolation topic partition offset key value what is there in the end
    fatal      producer code why open timeout aborting transaction
                                                          a transactional producer cannot go on; seconds it was open,
                                                          whether it was to be aborted, the key of its records

`check` gives what is wrong in words, nothing where all is well.
"""
import collections

SHOWN = 5


def check(history, topics):
    """`topics` says of each topic what its producers promise: plain, idempotent, transactional, in, or out."""
    by = collections.defaultdict(list)
    for event in history:
        by[event["what"]].append(event)
    wrong = []
    for rule in (lost, changed, duplicated, disordered, phantom, skipped, aborted, went_back, exactly_once, fenced):
        found = list(rule(by, topics))
        wrong += [f"{rule.__name__}: {one}" for one in found[:SHOWN]]
        if len(found) > SHOWN:
            wrong.append(f"{rule.__name__}: and {len(found) - SHOWN} more")
    return wrong


def place(event):
    return event["topic"], event["partition"], event["offset"]


def final(by, isolation="read_uncommitted"):
    return [event for event in by["log"] if event["isolation"] == isolation]


def lost(by, _topics):
    """What was acknowledged is there, where it was said to be."""
    there = {place(event): event["value"] for event in final(by)}
    for event in by["acked"]:
        if there.get(place(event)) != event["value"]:
            yield f"{event['value']} was acknowledged at {place(event)}, where there is {there.get(place(event))}"


def changed(by, _topics):
    """Whoever looks at an offset, and whenever, finds the same there."""
    seen = {}
    for event in by["acked"] + by["read"] + by["log"]:
        before = seen.setdefault(place(event), event["value"])
        if before != event["value"]:
            yield f"{place(event)} was {before} and is {event['value']}"


def duplicated(by, topics):
    """What an idempotent producer sends is there once."""
    count = collections.Counter((e["topic"], e["value"]) for e in final(by) if topics[e["topic"]] != "plain")
    for (topic, value), times in count.items():
        if times > 1 and topics[topic] in ("idempotent", "in"):
            yield f"{value} is {times} times in {topic}"
    count = collections.Counter((e["topic"], e["value"]) for e in final(by, "read_committed"))
    for (topic, value), times in count.items():
        if times > 1 and topics[topic] == "transactional":
            yield f"{value} was committed {times} times in {topic}"


def disordered(by, topics):
    """What an idempotent producer sends to a partition stands there in the order in which it was sent."""
    order = {}
    for number, event in enumerate(by["sent"]):
        order[event["topic"], event["value"]] = (number, event["producer"])
    last = {}
    for event in sorted(final(by), key=lambda event: event["offset"]):
        if topics[event["topic"]] not in ("idempotent", "in") or (event["topic"], event["value"]) not in order:
            continue
        number, producer = order[event["topic"], event["value"]]
        key = event["topic"], event["partition"], producer
        if number < last.get(key, -1):
            yield f"{event['value']} at {place(event)} stands behind one that was sent later"
        last[key] = number


def phantom(by, topics):
    """Nothing is there that nobody sent."""
    sent = {(event["topic"], event["value"]) for event in by["sent"]}
    for event in final(by):
        if topics[event["topic"]] != "out" and (event["topic"], event["value"]) not in sent:
            yield f"{event['value']} at {place(event)} was never sent"


def skipped(by, _topics):
    """A reader that goes on gets everything between two records that it gets."""
    there = {level: collections.defaultdict(list) for level in ("read_uncommitted", "read_committed")}
    for event in sorted(by["log"], key=lambda event: event["offset"]):
        there[event["isolation"]][event["topic"], event["partition"]].append(event["offset"])
    at = {level: {key: {o: n for n, o in enumerate(of)} for key, of in all_.items()} for level, all_ in there.items()}
    last = {}
    for event in by["read"]:
        key, level = (event["topic"], event["partition"]), event["isolation"]
        before = last.get((event["reader"], key))
        last[event["reader"], key] = event["offset"]
        places = at[level].get(key, {})
        if before is None or event["offset"] <= before or before not in places or event["offset"] not in places:
            continue
        if places[event["offset"]] != places[before] + 1:
            between = there[level][key][places[before] + 1]
            yield f"{event['reader']} got {key} at {before} and then at {event['offset']}, and {between} lies between"


def aborted(by, topics):
    """Transactions are there as a whole or not at all, and readers of committed records never see an aborted one."""
    outcome, members = {}, collections.defaultdict(set)
    for number, event in enumerate(by["txn"]):
        for value in event["values"]:
            outcome[value] = (event["outcome"], number)
            members[number].add(value)
    for event in by["read"] + by["log"]:
        if event["isolation"] == "read_committed" and outcome.get(event["value"], ("",))[0] == "aborted":
            yield f"{event['value']} at {place(event)} was aborted and was read with read_committed"
    there = {e["value"] for e in final(by, "read_committed") if topics[e["topic"]] == "transactional"}
    for number, values in members.items():
        what = by["txn"][number]["outcome"]
        missing = values - there
        if what == "committed" and missing:
            yield f"{sorted(missing)[0]} was committed and is not there"
        if what == "unknown" and missing and missing != values:
            yield f"of one transaction {sorted(values - missing)[0]} is there and {sorted(missing)[0]} is not"


def went_back(by, _topics):
    """A committed offset is never below one whose commit was confirmed, or that was read, before one asked."""
    facts = collections.defaultdict(list)
    for event in by["commit"] + by["committed"]:
        facts[event["group"], event["topic"], event["partition"]].append(event)
    for key, events in facts.items():
        done = sorted(events, key=lambda event: event["ended"])
        high, cursor = -1, 0
        for event in sorted((e for e in events if e["what"] == "committed"), key=lambda event: event["began"]):
            while cursor < len(done) and done[cursor]["ended"] < event["began"]:
                high = max(high, done[cursor]["offset"])
                cursor += 1
            if event["offset"] < high:
                yield f"{key} was committed at {high} and is {event['offset']} afterwards"


def exactly_once(by, topics):
    """Each record of a topic `in` has its one result in the topic `out`: its place, written as `partition:offset`."""
    taken = [e for e in final(by) if topics[e["topic"]] == "in"]
    made = collections.Counter(e["value"] for e in final(by, "read_committed") if topics[e["topic"]] == "out")
    for event in taken:
        times = made.pop(f"{event['partition']}:{event['offset']}", 0)
        if times != 1:
            yield f"{place(event)} has {times} results"
    for value in made:
        yield f"{value} is the result of nothing"


def fenced(by, _topics):
    """A live producer goes on, unless its transaction was open for longer than its timeout. One other way is librdkafka's:
    it ends a transaction of which nothing came to the broker before that was killed, and where the one before was
    committed, an abort is no valid state for Kafka either."""
    arrived = {event["key"] for event in final(by)}
    for event in by["fatal"]:
        if event["aborting"] and event["code"] == "INVALID_TXN_STATE" and event["transaction"] not in arrived:
            continue
        if event["open"] < event["timeout"]:
            yield (f"{event['producer']} could not go on after {event['open']:.1f} s of {event['timeout']} s: "
                   f"{event['code']}: {event['why']}")
