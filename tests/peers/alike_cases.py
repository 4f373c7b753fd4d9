"""What Millpond's own client does on both brokers: a function a case, which runs commands on the side that it is given."""
import json

from confluent_kafka import Producer

import marks

# Long ago, so that no retention of the tests' own day is told apart.
NOON = 1_700_000_000_000
KEPT = "retention.ms=-1"
ODD_NAMES = ("with space", "a/b", "..", "x" * 250)


def made(run, topic, partitions=1, *config):
    """A topic, unnoted, once it can be written to."""
    more = [part for pair in (KEPT, *config) for part in ("--config", pair)]
    done = run.command("topics", "create", topic, "--partitions", partitions, *more)
    assert done.returncode == 0, done.stderr
    run.until(lambda: (run.asked("topics", "describe", topic) or {}).get("partitions"), topic)
    return topic


def line(number, partition=0, **more):
    record = {"partition": partition, "timestamp": NOON + number * 1000, "key": f"k{number % 5}", "value": f"v{number}"}
    return json.dumps(record | more) + "\n"


def filled(run, topic, count=20, partitions=2, *config):
    made(run, topic, partitions, *config)
    lines = "".join(line(number, number % partitions) for number in range(count))
    done = run.command("produce", topic, stdin=lines)
    assert done.returncode == 0, done.stderr
    return topic


def topics_made(run):
    run("topics", "create", "orders", "--partitions", 3, "--config", KEPT, "--config", "max.message.bytes=100000")
    run.until(lambda: (run.asked("topics", "describe", "orders") or {}).get("partitions"), "orders")
    run("topics", "describe", "orders", "--json")
    run("topics", "create", "orders", "--partitions", 3)
    run("topics", "create", "latest", "--config", "cleanup.policy=compact", "--config", KEPT)
    run.until(lambda: (run.asked("topics", "describe", "latest") or {}).get("partitions"), "latest")
    run("topics", "describe", "latest", "--json")
    run("topics", "list", "--json")


def topics_refused(run):
    for name in ODD_NAMES:
        run("topics", "create", name)
    run("topics", "create", "none", "--partitions", 0)
    run("topics", "create", "odd", "--config", "retention.ms=soon")
    run("topics", "create", "odd", "--config", "no.such.setting=1")
    run("topics", "describe", "unseen", "--json")
    run("topics", "delete", "unseen")


def topics_gone(run):
    made(run, "short-lived")
    run("topics", "delete", "short-lived")
    run.until(lambda: run.command("topics", "describe", "short-lived").returncode, "the topic to be gone")
    run("topics", "describe", "short-lived")


def records(run):
    made(run, "kinds", 2)
    lines = [line(0), line(1, key=None), line(2, value=None), line(3, key="", value=""), line(4, value="ü 漢字 🎈"),
             line(5, headers=[["a", "1"], ["a", None], ["", ""]]), line(6, partition=1, value={"x": [1, 2.5, None]}),
             '{"timestamp":1700000007000,"key_base64":"/wA=","value_base64":"gICA","headers":[["h",{"base64":"/w=="}]]}\n']
    run("produce", "kinds", stdin="".join(lines))
    run("consume", "kinds")
    run("produce", "kinds", "--plain", "--key", "same", stdin="one\ntwo\n\n")
    run("consume", "kinds", "--from", "time:2024-01-01T00:00:00Z")
    run("topics", "describe", "kinds", "--json")


def places(run):
    filled(run, "places")
    for place in ("earliest", "latest", "offset:3", "offset:10", "offset:11", "offset:99", "time:2023-11-14T22:13:25Z",
                  "time:2030-01-01T00:00:00Z", "time:2000-01-01T00:00:00Z"):
        run("consume", "places", "--from", place, "--partition", 0)
    run("consume", "places", "--from", "offset:8", "--max", 1, "--partition", 1)
    run("consume", "places", "--partition", 7)
    run("consume", "unseen")


def produce_refused(run):
    made(run, "small", 1, "max.message.bytes=2000")
    run("produce", "small", stdin=line(0, value="x" * 3000))
    run("produce", "small", stdin=line(0, partition=9))
    run("produce", "small", stdin="no record\n")
    run("produce", "unseen", stdin=line(0))
    made(run, "keyed", 1, "cleanup.policy=compact")
    run("produce", "keyed", stdin=line(0, key=None))
    run("consume", "small")
    run("consume", "keyed")


def own_times(run):
    made(run, "stamped", 1, "message.timestamp.type=LogAppendTime")
    run("produce", "stamped", stdin=line(0) + line(1))
    run("consume", "stamped")


def compressed(run):
    for kind in ("gzip", "snappy", "lz4", "zstd"):
        topic = made(run, f"packed-{kind}")
        producer = Producer({"bootstrap.servers": run.address, "compression.type": kind, "linger.ms": 200, "log_level": 0})
        for number in range(30):
            producer.produce(topic, f"value {number}" * 20, f"k{number}", timestamp=NOON + number)
        assert producer.flush(60) == 0
        run("consume", topic)


def files(run):
    filled(run, "out", 12)
    for name, choice in (("all.jsonl", ()), ("all.csv", ()), ("some.jsonl", ("--search", "V1")),
                         ("late.jsonl", ("--since", str(NOON + 9000))), ("early.jsonl", ("--until", str(NOON + 3000))),
                         ("mid.jsonl", ("--from-offset", 2, "--to-offset", 4, "--partition", 1))):
        run("export", "out", run.path(name), *choice)
        with open(run.path(name), encoding="utf-8") as file:
            run.note(name, run.plain("", file.read()))
    run("import", "back", run.path("all.jsonl"), "--create", "--partitions", 2)
    run("consume", "back")
    run("import", "back", run.file("bad.jsonl", line(1) + "{\n" + line(2)), "--skip-bad")
    run("import", "back", run.file("bad.jsonl", line(3) + "{\n" + line(4)))
    run("import", "table", run.file("some.csv", "id,name\n1,ann\n2,bob\n"), "--create", "--partitions", 1, "--key", "id")
    run("topics", "list", "--json")


def again(run):
    filled(run, "played", 20, 2)
    run("replay", "played", "--into", "stage", "--speed", 1000)
    run("consume", "stage")
    run("copy", run.address, "played", "--to", run.address, "--as", "copied", "--compare", "--json")
    run("copy", run.address, "played", "--to", run.address, "--as", "copied", "--json")
    run("copy", run.address, "played", "--to", run.address, "--as", "copied", "--resume", "--json")
    run("consume", "copied")
    run("copy", run.address, "played", "--to", run.address, "--json")
    run("copy", run.address, "unseen", "--to", run.address, "--as", "copied-too", "--json")


def transactions(run):
    """Aborted and open transactions, made by librdkafka: whatever reads them tells only what was committed."""
    made(run, "money", 1)
    made(run, "money-open", 1)
    settings = {"bootstrap.servers": run.address, "log_level": 0, "transaction.timeout.ms": 600_000}
    done = Producer(settings | {"transactional.id": "alike-1"})
    left = Producer(settings | {"transactional.id": "alike-2"})
    done.init_transactions(60)
    left.init_transactions(60)

    def send(producer, topic, *values):
        for value in values:
            producer.produce(topic, value, "k", timestamp=NOON)
        assert producer.flush(60) == 0

    for number in range(4):
        done.begin_transaction()
        send(done, "money", f"{number} a", f"{number} b")
        (done.abort_transaction if number % 2 else done.commit_transaction)(60)
    done.begin_transaction()
    send(done, "money-open", "committed")
    done.commit_transaction(60)
    left.begin_transaction()
    send(left, "money-open", "never committed")
    done.begin_transaction()
    send(done, "money-open", "behind the open one")
    done.commit_transaction(60)
    marks.all_ended(run.address, "money")
    marks.written(run.address, "money-open", 5)
    for topic in ("money", "money-open"):
        run("topics", "describe", topic, "--json")
        run("consume", topic)
        run("consume", topic, "--group", f"readers-of-{topic}")
        run("export", topic, run.path(f"{topic}.jsonl"))
        with open(run.path(f"{topic}.jsonl"), encoding="utf-8") as file:
            run.note("exported", run.plain("", file.read()))
        run("replay", topic, "--into", f"{topic}-again", "--speed", 1000)
        run("consume", f"{topic}-again")
        run("copy", run.address, topic, "--to", run.address, "--as", f"{topic}-copied", "--compare", "--json")
        run("consume", f"{topic}-copied")
    left.abort_transaction(60)
    marks.all_ended(run.address, "money-open")
    run("copy", run.address, "money-open", "--to", run.address, "--as", "money-open-copied", "--resume", "--compare", "--json")
    run("consume", "money-open-copied")


def groups(run):
    filled(run, "shop")
    run("consume", "shop", "--group", "billing", "--max", 5)
    run("groups", "list", "--json")
    run("consume", "shop", "--group", "billing")
    run("groups", "describe", "billing", "--json")
    run("groups", "describe", "billing")
    run("groups", "list", "--json")
    for place in ("earliest", "latest", "offset:4", "offset:99", "time:2023-11-14T22:13:25Z", "shift:-2"):
        run("groups", "reset", "billing", "--topic", "shop", "--to", place, "--json")
    run("groups", "reset", "billing", "--topic", "shop", "--to", "offset:8", "--execute", "--json")
    run("groups", "describe", "billing", "--json")
    run("consume", "shop", "--group", "billing")
    run("groups", "delete", "billing")
    run("groups", "list", "--json")


def groups_refused(run):
    filled(run, "shelf", 4, 1)
    run("groups", "describe", "unseen", "--json")
    run("groups", "delete", "unseen")
    run("groups", "reset", "unseen", "--topic", "shelf", "--to", "earliest", "--json")
    run("groups", "reset", "unseen", "--topic", "unseen", "--to", "earliest", "--json")
    run("consume", "unseen", "--group", "readers")
    run("consume", "shelf", "--group", "")


def queues(run):
    filled(run, "tasks", 6, 1)
    for most, ack in ((2, "accept"), (1, "reject"), (2, "release"), (3, "accept")):
        # Followed, so that a busy machine is waited for.
        run("consume", "tasks", "--share-group", "workers", "--follow", "--max", most, "--ack", ack)
    run("groups", "list", "--json")
    run("groups", "describe", "workers", "--json")
    run("groups", "reset", "workers", "--topic", "tasks", "--to", "earliest", "--execute", "--json")
    run("groups", "delete", "workers")


def operating(run):
    filled(run, "held", 4, 2)
    run("partitions", "list", "held", "--json")
    run("partitions", "elect", "held")
    run("partitions", "move", "held", "--replication-factor", 2)
    run("partitions", "move", "unseen")
    run("partitions", "cancel", "held")
    run("partitions", "list", "unseen", "--json")
    run("brokers", "list", "--json")
    run("brokers", "settings", 7, "--json")
    run("brokers", "set", 1, "no.such.setting=1")
    run("brokers", "set", 1, "node.id=7")
    run("quotas", "set", "--user", "bob", "producer_byte_rate=1048576")
    run("quotas", "set", "--client-id", "<default>", "consumer_byte_rate=2048")
    run("quotas", "set", "--user", "bob", "no_such_rate=1")
    kept = sum(found["status"] == 0 for label, found in run.answers.items() if label.endswith("quotas set"))
    run.until(lambda: len(run.asked("quotas", "list") or ()) == kept, "the quotas")
    run("quotas", "list", "--json")
    run("acls", "list", "--json")
    run("acls", "add", "--principal", "User:bob", "--resource", "topic", "--name", "held", "--operation", "read")


CASES = [
    ("topics", "made, told and listed", topics_made),
    ("topics", "refused", topics_refused),
    ("topics", "deleted", topics_gone),
    ("records", "of every kind, there and back", records),
    ("records", "from every place", places),
    ("records", "refused", produce_refused),
    ("records", "stamped by the broker", own_times),
    ("records", "compressed by the producer", compressed),
    ("records", "in transactions that were aborted or are open", transactions),
    ("files", "out and in", files),
    ("files", "replayed and copied", again),
    ("groups", "read, told, reset and deleted", groups),
    ("groups", "refused", groups_refused),
    ("groups", "of the type share", queues),
    ("operate", "what an operator asks", operating),
]
