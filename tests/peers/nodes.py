"""Millpond as a client of three real Apache Kafka nodes, one of which is killed (kill -9) and brought back under it:

    nodes.py [PART OF A CASE'S TITLE...]

Nothing may be lost, nothing doubled, and no command may fail: the cluster itself goes on with two nodes of three.
"""
import collections
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

import bed
from cluster import Cluster

RECORDS = int(os.environ.get("NODES_RECORDS", "30000"))
TOPICS = int(os.environ.get("NODES_TOPICS", "5000"))
PARTITIONS = 6
# How long a command may take in all, with a node killed and brought back meanwhile.
SECONDS_MAX = 600


class Command:
    """A running `millpond`, whose lines are taken out as the case wants them."""

    def __init__(self, cluster, *arguments, **settings):
        command = [bed.millpond_binary(), "--config", cluster.config(**settings), *map(str, arguments)]
        self.arguments = arguments
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = []
        threading.Thread(target=lambda: self.said.extend(iter(self.process.stderr.readline, "")), daemon=True).start()
        self.limit = threading.Timer(SECONDS_MAX, self.process.kill)
        self.limit.start()

    def take(self, count):
        return [self.process.stdout.readline() for _ in range(count)]

    def write(self, lines):
        try:
            self.process.stdin.writelines(lines)
            self.process.stdin.flush()
        except BrokenPipeError:
            self.end()
            raise

    def end(self, code=0):
        """The rest of what it prints; fails unless it ends with `code`."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        rest = self.process.stdout.readlines()
        ended = self.process.wait()
        self.limit.cancel()
        assert ended == code, (self.arguments, ended, self.said[-5:])
        return rest


def made_topic(cluster, name, partitions=PARTITIONS):
    Command(cluster, "topics", "create", name, "--partitions", partitions).end()


def leader(cluster, topic, partition=0):
    described = json.loads("".join(Command(cluster, "topics", "describe", topic, "--json").end()))
    return described["partitions"][partition]["leader"]


def lines_of(numbers):
    return [json.dumps({"key": f"k{n % 997}", "value": f"{n:08d}-" + "x" * 200}) + "\n" for n in numbers]


def filled(cluster, name):
    made_topic(cluster, name)
    command = Command(cluster, "produce", name)
    command.write(lines_of(range(RECORDS)))
    command.end()


def check(found, wanted=RECORDS):
    """Each record once, and the offsets of each partition without a gap."""
    records = [json.loads(line) for line in found]
    counts = collections.Counter(record["value"][:8] for record in records)
    doubled = [value for value, count in counts.items() if count > 1]
    assert not doubled, f"{len(doubled)} records came more than once, such as {sorted(doubled)[:3]}"
    missing = {f"{n:08d}" for n in range(wanted)} - counts.keys()
    assert not missing, f"{len(missing)} of {wanted} records are missing, such as {sorted(missing)[:3]}"
    offsets = collections.defaultdict(list)
    for record in records:
        offsets[record["partition"]].append(record["offset"])
    for partition, seen in offsets.items():
        assert seen == list(range(len(seen))), f"partition {partition} did not come offset by offset"


def killed_and_back(cluster, node, meanwhile):
    """Kills a node, lets something happen while the others go on without it, and brings it back."""
    cluster.kill(node)
    try:
        meanwhile()
    finally:
        cluster.restart(node)


def browsing(cluster):
    filled(cluster, "browsed")
    command = Command(cluster, "consume", "browsed", "--from", "earliest")
    found = command.take(1_000)
    # The pipe holds little, so that most is still to be read from the cluster.
    killed_and_back(cluster, leader(cluster, "browsed"), lambda: found.extend(command.take(RECORDS // 2)))
    found += command.end()
    check(found)
    cluster.in_sync()


def producing(cluster):
    made_topic(cluster, "produced")
    command, lines = Command(cluster, "produce", "produced"), lines_of(range(RECORDS))
    parts = [lines[at::3] for at in range(3)]
    command.write(parts[0])

    def some_at_a_time():
        for at in range(0, len(parts[1]), 500):
            command.write(parts[1][at:at + 500])
            time.sleep(0.25)

    killed_and_back(cluster, leader(cluster, "produced"), some_at_a_time)
    command.write(parts[2])
    command.end()
    check(Command(cluster, "consume", "produced", "--from", "earliest").end())
    cluster.in_sync()


def in_a_group(cluster):
    filled(cluster, "shared")
    command = Command(cluster, "consume", "shared", "--from", "earliest", "--group", "readers")
    found = command.take(1_000)
    told = cluster.tool("kafka-consumer-groups", "--describe", "--state", "--group", "readers")
    coordinator = int(re.search(r"\((\d+)\)", told).group(1))
    killed_and_back(cluster, coordinator, lambda: found.extend(command.take(RECORDS // 2)))
    found += command.end()
    check(found)
    cluster.in_sync()
    left = Command(cluster, "consume", "shared", "--from", "earliest", "--group", "readers").end()
    assert not left, f"the group had not committed {len(left)} records"


def hanging(cluster):
    """A node that is stopped (SIGSTOP) keeps its connections and answers nothing: only a limit of time can tell."""
    impatient = {"request_timeout_ms": 5000}
    filled(cluster, "hung")
    node = leader(cluster, "hung")
    made_topic(cluster, "hung-too")
    reading = Command(cluster, "consume", "hung", "--from", "earliest", **impatient)
    writing, lines = Command(cluster, "produce", "hung-too", **impatient), lines_of(range(RECORDS))
    found = reading.take(1_000)
    writing.write(lines[:RECORDS // 3])
    cluster.hang(node)
    try:
        found += reading.take(RECORDS // 2)
        writing.write(lines[RECORDS // 3:2 * RECORDS // 3])
        # A new command that asks the node that hangs first hears from another that others lead.
        bed.until(lambda: node not in leaders_told(cluster, "hung", node), f"node {node} to be missed", 120)
    finally:
        cluster.wake(node)
    writing.write(lines[2 * RECORDS // 3:])
    writing.end()
    check(found + reading.end())
    check(Command(cluster, "consume", "hung-too", "--from", "earliest").end())
    cluster.in_sync()


def leaders_told(cluster, topic, first):
    """The leaders of a topic, as a command tells them that finds the node `first` at the head of its list of addresses."""
    addresses = [cluster.addresses[first - 1]] + [one for at, one in enumerate(cluster.addresses, 1) if at != first]
    settings = {"bootstrap_servers": ",".join(addresses), "request_timeout_ms": 5000}
    told = json.loads("".join(Command(cluster, "topics", "describe", topic, "--json", **settings).end()))
    return [partition["leader"] for partition in told["partitions"]]


def many_topics(cluster):
    cluster.many_topics(TOPICS)

    def listed():
        began = time.monotonic()
        lines = Command(cluster, "topics", "list").end()
        # A broker learns of new topics a moment after the controller made them.
        return sum(line.startswith("topic-") for line in lines) == TOPICS and time.monotonic() - began

    took = bed.until(listed, f"{TOPICS} topics", 120)
    print(f"      {TOPICS} topics with their records in {took:.2f} s")


CASES = [
    ("a node is killed and comes back while a topic is read", browsing),
    ("a node is killed and comes back while records are produced", producing),
    ("the coordinator is killed and comes back while a group reads", in_a_group),
    ("a node hangs while others read and write, and goes on", hanging),
    # The last: nodes that come back would have all of them to open.
    ("thousands of topics are listed", many_topics),
]


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--broker"]:
        arguments = arguments[2:]
    report = bed.Suite("nodes", arguments)
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        cluster = Cluster.up(folder)
        try:
            for title, work in CASES:
                report.case(title, work, cluster)
        finally:
            cluster.stop()
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
