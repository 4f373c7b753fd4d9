"""Hand over and bring back, between workspaces and three nodes of Apache Kafka, checked with Kafka's own tools while nodes and
the copy itself are killed:

    handover.py [PART OF A CASE'S TITLE...]     RECORDS says how many the large topic has, else 120000
"""
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile

from confluent_kafka import Producer

import bed
import marks
import nodes
from cluster import Cluster

RECORDS = int(os.environ.get("RECORDS", "120000"))
PARTITIONS = 6
# What is not text is compared by millpond itself; the console prints lines.
FIELDS = ["print.partition=true", "print.offset=true", "print.timestamp=true", "print.key=true", "print.headers=true"]


class Bed:
    """A cluster, workspaces beside it, and the command line of Millpond."""

    def __init__(self, folder, cluster):
        self.folder, self.cluster = folder, cluster

    def path(self, name):
        return os.path.join(self.folder, name)

    def millpond(self, *words, status=0):
        done = subprocess.run([bed.millpond_binary(), *words], capture_output=True, text=True, timeout=600)
        assert done.returncode == status, (words, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout if status == 0 else done.stderr

    def copy(self, source, topics, target, *more):
        words = ["copy", source, *topics, "--to", target, "--json", *more]
        return json.loads(self.millpond(*words))

    def begin(self, source, topics, target, *more):
        """A copy that runs while something happens."""
        words = [bed.millpond_binary(), "copy", source, *topics, "--to", target, "--json", *more]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end_offsets(self, topic):
        out = self.cluster.tool("kafka-get-offsets", "--topic", topic)
        return {int(line.split(":")[1]): int(line.split(":")[2]) for line in out.split()}

    def console(self, topic, count):
        """The records as Kafka's console consumer reads them, sorted by partition and offset."""
        words = ["--topic", topic, "--from-beginning", "--max-messages", count, "--isolation-level", "read_committed",
                 "--timeout-ms", "60000"]
        for field in FIELDS:
            words += ["--formatter-property", field]
        lines = self.cluster.tool("kafka-console-consumer", *words).splitlines()
        return sorted(lines, key=lambda line: [int(part.split(":")[1]) for part in line.split("\t")[1:3]])


def stored(run, topic):
    """What Kafka's brokers have, once they all have it."""
    run.cluster.in_sync()
    return sum(run.end_offsets(topic).values())


def orders(run):
    """A workspace with a topic that has tombstones, null keys, headers, settings, a group and a queue."""
    home = run.path("home")
    run.millpond("--data", home, "topics", "create", "orders", "--partitions", "3", "--config", "retention.ms=-1")
    lines = []
    for n in range(900):
        line = {"partition": n % 3, "timestamp": 1600000000000 + n, "key": f"k{n % 50}" if n % 7 else None,
                "value": f"v{n} ü" if n % 11 else None, "headers": [["trace", str(n)], ["trace", None]] if n % 5 == 0 else []}
        lines.append(json.dumps(line))
    file = run.path("orders.jsonl")
    with open(file, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    run.millpond("--data", home, "import", "orders", file)
    run.millpond("--data", home, "consume", "orders", "--group", "billing", "--max", "500")
    run.millpond("--data", home, "consume", "orders", "--share-group", "packing", "--from", "earliest", "--max", "400")
    return home


def hand_over(run):
    home = orders(run)
    planned = run.copy(home, ["orders"], run.cluster.bootstrap, "--dry-run")
    assert planned["plan"][0]["make"]["replicas"] == 3, planned
    done = run.copy(home, ["orders"], run.cluster.bootstrap, "--groups", "--compare")
    assert done["records"] == 900 and done["equal"] is True, done
    assert all(side["same_offsets"] for side in done["copied"]), done
    lines = run.console("orders", 900)
    here = [json.loads(line) for line in run.millpond("--data", home, "consume", "orders").splitlines()]
    here.sort(key=lambda record: (record["partition"], record["offset"]))
    assert len(lines) == len(here) == 900
    for line, record in zip(lines, here):
        time_, partition, offset, headers, key, value = line.split("\t")
        assert time_ == f"CreateTime:{record['timestamp']}", (line, record)
        assert (partition, offset) == (f"Partition:{record['partition']}", f"Offset:{record['offset']}"), (line, record)
        assert key == (record["key"] or "null") and value == (record["value"] or "null"), (line, record)
        wanted = ",".join(f"{name}:{text or 'null'}" for name, text in record["headers"]) or "NO_HEADERS"
        assert headers == wanted, (line, record)
    groups = run.cluster.tool("kafka-consumer-groups", "--describe", "--group", "billing", "--offsets")
    at = {row[2]: row[3] for row in (line.split() for line in groups.splitlines()) if len(row) > 4 and row[1] == "orders"}
    mine = json.loads(run.millpond("--data", home, "groups", "describe", "billing", "--json"))
    for place in mine["partitions"]:
        if place["committed"] is not None:
            assert at[str(place["partition"])] == str(place["committed"]), (groups, mine)
    queues = run.cluster.tool("kafka-share-groups", "--describe", "--group", "packing", "--offsets")
    starts = {row[2]: row[3] for row in (line.split() for line in queues.splitlines()) if len(row) > 3 and row[1] == "orders"}
    mine = json.loads(run.millpond("--data", home, "groups", "describe", "packing", "--json"))
    assert any(place["start"] for place in mine["partitions"]), mine
    assert starts == {str(place["partition"]): str(place["start"]) for place in mine["partitions"]}, (queues, mine)
    settings = run.cluster.tool("kafka-topics", "--describe", "--topic", "orders")
    assert "ReplicationFactor: 3" in settings and "retention.ms=-1" in settings, settings


def large(run):
    """A workspace with a topic that takes some seconds to copy."""
    home = run.path("large")
    file = run.path("large.jsonl")
    with open(file, "w", encoding="utf-8") as out:
        for n in range(RECORDS):
            value = f"{n:09d}" + "x" * (n % 700)
            out.write(f'{{"partition":{n % PARTITIONS},"timestamp":{1600000000000 + n},"key":"k{n % 999}","value":"{value}"}}\n')
    run.millpond("--data", home, "topics", "create", "large", "--partitions", str(PARTITIONS), "--config", "retention.ms=-1")
    run.millpond("--data", home, "import", "large", file)
    os.unlink(file)
    return home


def begun(run, copying, topic, least):
    """Waits until some records are there, or the copy has ended."""
    def there():
        if copying.poll() is not None:
            raise AssertionError(f"it ended too soon: {copying.communicate()}")
        try:
            return sum(run.end_offsets(topic).values()) >= least
        except AssertionError:
            return False

    bed.until(there, f"{least} records in {topic}", 300, pause=0.1)


def held(folder):
    """Bytes in a folder, whose files come and go."""
    size = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size += os.path.getsize(os.path.join(at, name))
    return size


def killed_and_back(run, node):
    """Kills a node, and brings it back as soon as the others go on without it."""
    missed = ("--describe", "--topic", "large", "--under-replicated-partitions")
    nodes.killed_and_back(run.cluster, node, lambda: bed.until(
        lambda: run.cluster.tool("kafka-topics", *missed).strip(), f"node {node} to be missed", 120, pause=0.2))


def node_killed(run):
    home = large(run)
    copying = run.begin(home, ["large"], run.cluster.bootstrap, "--compare")
    begun(run, copying, "large", 1)
    killed_and_back(run, 2)
    out, err = copying.communicate(timeout=600)
    assert copying.returncode == 0, (out[-2000:], err[-2000:])
    done = json.loads(out)
    assert done["equal"] is True and all(side["same_offsets"] for side in done["copied"]), done
    assert stored(run, "large") == RECORDS


def copy_killed(run):
    home, kills = run.path("large"), 0
    more = []
    while True:
        copying = run.begin(home, ["large"], run.cluster.bootstrap, "--as", "killed", "--compare", *more)
        more = ["--resume"]
        try:
            # Ever other moments, so that kills fall into every step; at first as soon as there is something to be lost.
            if kills == 0:
                begun(run, copying, "killed", 1)
            out, err = copying.communicate(timeout=0.1 + 0.6 * kills if kills < 6 else 600)
        except subprocess.TimeoutExpired:
            copying.send_signal(signal.SIGKILL)
            copying.communicate()
            kills += 1
            continue
        assert copying.returncode == 0, (out[-2000:], err[-2000:])
        done = json.loads(out)
        break
    assert kills >= 1, "it was done before it could be killed: raise RECORDS"
    assert done["equal"] is True, done
    assert stored(run, "killed") == RECORDS, run.end_offsets("killed")
    print(f"      killed {kills} times", flush=True)


def back_home(run):
    home = run.path("back")
    copying = run.begin(run.cluster.bootstrap, ["large", "orders"], home, "--groups", "--compare")
    bed.until(lambda: copying.poll() is not None or held(home) > 1_000_000, "the first megabyte at home", 300)
    killed_and_back(run, 3)
    out, err = copying.communicate(timeout=600)
    assert copying.returncode == 0, (out[-2000:], err[-2000:])
    done = json.loads(out)
    assert done["equal"] is True and done["records"] == RECORDS + 900, done
    # There and back again: the same records as at the beginning.
    first = run.millpond("--data", run.path("home"), "consume", "orders")
    again = run.millpond("--data", home, "consume", "orders")
    assert first == again


def transactions(run):
    """Only what was committed is brought home; what is behind an open transaction comes once that has ended."""
    settings = {"bootstrap.servers": run.cluster.bootstrap, "log_level": 0, "transaction.timeout.ms": 600_000}
    one, other = (Producer(settings | {"transactional.id": f"handover-{n}"}) for n in range(2))
    run.cluster.tool("kafka-topics", "--create", "--topic", "money", "--partitions", 1)
    one.init_transactions(60)
    other.init_transactions(60)

    def send(producer, *values):
        for value in values:
            producer.produce("money", value, "k")
        assert producer.flush(60) == 0

    for number in range(6):
        one.begin_transaction()
        send(one, f"{number} a", f"{number} b")
        (one.abort_transaction if number % 2 else one.commit_transaction)(60)
    other.begin_transaction()
    send(other, "of the open one")
    one.begin_transaction()
    send(one, "behind the open one")
    one.commit_transaction(60)
    home = run.path("transactions")

    def at_home():
        lines = run.millpond("--data", home, "consume", "money").splitlines()
        return [json.loads(line)["value"] for line in lines]

    first = [f"{number} {letter}" for number in (0, 2, 4) for letter in "ab"]
    planned = run.copy(run.cluster.bootstrap, ["money"], home, "--dry-run")
    assert "open transaction" in json.dumps(planned), planned
    done = run.copy(run.cluster.bootstrap, ["money"], home, "--compare")
    assert (done["records"], done["equal"], at_home()) == (6, True, first), (done, at_home())
    other.commit_transaction(60)
    marks.all_ended(run.cluster.bootstrap, "money")
    done = run.copy(run.cluster.bootstrap, ["money"], home, "--resume", "--compare")
    assert done["equal"] is True and at_home() == [*first, "of the open one", "behind the open one"], (done, at_home())


CASES = [
    ("only what was committed comes home, and what is behind an open transaction when that has ended", transactions),
    ("a workspace is handed over, and Kafka's tools see the same records, settings and groups", hand_over),
    ("a node is killed and comes back in the middle of a copy", node_killed),
    ("the copy itself is killed again and again, and resumed", copy_killed),
    ("it comes back home while a node is killed", back_home),
]


if __name__ == "__main__":
    report = bed.Suite("handover", [word for word in sys.argv[1:] if not word.startswith("--") and word not in ("millpond", "kafka")])
    with tempfile.TemporaryDirectory(prefix="peers-handover-") as folder:
        cluster = Cluster.up(os.path.join(folder, "cluster"))
        try:
            for name, work in CASES:
                report.case(name, work, Bed(folder, cluster))
        finally:
            cluster.stop()
    sys.exit(report.finish())
