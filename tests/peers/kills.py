"""A broker that is killed again and again, without warning, while real clients go on; then a check of all they were told.

    kills.py [--kills N] [--seed N] [--timeout SECONDS] [--history FILE]

N kills are 100 unless said otherwise, or as the variable KILLS says. The timeout is that of transactions. FILE gets the
history, one event a line.
"""
import argparse
import collections
import json
import os
import random
import sys
import tempfile
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import bed
import kills_history
import kills_selftest
import kills_workers as workers

# What the producers of each topic promise.
TOPICS = {"plain": "plain", "idem": "idempotent", "txn": "transactional", "in": "in", "out": "out"}
GROUPS = {"classic": "idem", "newer": "idem", "pipeline": "in"}
# What must have happened since the last start before the next kill, in turn, so that the lives of the broker count: events
# of one kind, so many of them.
PROGRESS = [("acked", 40), ("txn", 3), ("commit", 4), ("piped", 2), ("acked", 400), ("txn", 1), ("piped", 1)]


class Run:
    """One broker with its folder, which all of its lives share, and the history."""

    def __init__(self, data, seed, timeout):
        self.data, self.dice, self.timeout, self.workers = data, random.Random(seed), timeout, []
        self.history, self.pause = [], 0.05
        # Events of each kind.
        self.count = collections.Counter()
        self.port = bed.free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.start()

    def start(self):
        command = [bed.millpond_binary(), "serve", "--data", self.data, "--listen", self.address]
        self.broker = bed.Broker("millpond", command)

    def kill(self):
        assert self.broker.process.poll() is None, f"the broker ended by itself:\n{self.broker.tail()}"
        self.broker.process.kill()
        self.broker.process.wait()
        self.broker.process.stdout.close()
        os.unlink(self.broker.log.name)

    def live(self, number):
        """Lets the broker live until something was done, and a little longer; now and then not even that."""
        if number % 10 == 9:
            time.sleep(self.dice.uniform(0, 0.05))
            return
        kind, more = PROGRESS[number % len(PROGRESS)]
        wanted = self.count[kind] + more
        bed.until(lambda: self.count[kind] >= wanted or self.faults(), f"{more} more of {kind}", 60, 0.01)
        time.sleep(self.dice.uniform(0, 0.2))

    def faults(self):
        """Those who failed; who is stuck is replaced."""
        for worker in [worker for worker in self.workers if worker.is_stuck()]:
            worker.abandoned = True
            self.count["stuck"] += 1
            other = type(worker)(self, worker.name)
            other.enough = worker.enough
            for crowd in (self.workers, self.feeders, self.others):
                crowd[:] = [other if one is worker else one for one in crowd]
            other.start()
        return [worker for worker in self.workers if worker.fault]

    def stop(self, crowd):
        """Ends all of a crowd, whoever belongs to it at the end."""
        for worker in crowd:
            worker.enough.set()
        bed.until(lambda: self.faults() or not any(worker.is_alive() for worker in crowd), "all to end", 90)
        for worker in crowd:
            worker.stop(0)

    def begin(self):
        admin = AdminClient(workers.settings(self.address))
        made = admin.create_topics([NewTopic(name, count, 1) for name, count in workers.PARTITIONS.items()])
        for one in made.values():
            one.result(20)
        feeder, member = workers.Feeder, workers.Member
        self.feeders = [
            feeder(self, "plain-all", "plain", acks="all", enable_idempotence=False),
            feeder(self, "plain-one", "plain", acks=1, enable_idempotence=False),
            feeder(self, "idem-1", "idem", enable_idempotence=True),
            feeder(self, "idem-2", "idem", enable_idempotence=True, compression_type="lz4"),
            feeder(self, "source", "in", enable_idempotence=True),
            workers.Writer(self, "txn-1"), workers.Writer(self, "txn-2"),
        ]
        self.others = [
            workers.Pipeline(self, "pipe-1"), workers.Pipeline(self, "pipe-2"),
            member(self, "classic-1", "classic", "classic"), member(self, "classic-2", "classic", "classic"),
            member(self, "newer-1", "newer", "consumer"), member(self, "newer-2", "newer", "consumer"),
            workers.Auditor(self, "auditor", GROUPS),
            workers.Reader(self, "dirty", "read_uncommitted"), workers.Reader(self, "clean", "read_committed"),
        ]
        self.workers = self.feeders + self.others
        for worker in self.workers:
            worker.start()

    def end(self):
        """Lets those who produce come to their end, then those who read what they produced."""
        self.stop(self.feeders)
        ends = self.ends("in")
        asker = Consumer(workers.settings(self.address, group_id="pipeline"))
        partitions = [TopicPartition("in", partition) for partition in ends]
        bed.until(lambda: self.faults() or self.caught_up(asker, partitions, ends), "the pipeline to catch up", 90)
        asker.close()
        self.stop(self.others)

    def caught_up(self, asker, partitions, ends):
        try:
            return all(tp.offset == ends[tp.partition] for tp in asker.committed(partitions, 10))
        except KafkaException:
            return False

    def ends(self, topic):
        asker = Consumer(workers.settings(self.address, group_id="nobody"))
        partitions = range(workers.PARTITIONS[topic])
        found = {p: asker.get_watermark_offsets(TopicPartition(topic, p), 20)[1] for p in partitions}
        asker.close()
        return found

    def read_all(self, isolation):
        """What is there in the end, into the history."""
        consumer = Consumer(workers.settings(
            self.address, group_id="last", enable_auto_commit=False, isolation_level=isolation,
            auto_offset_reset="error", enable_partition_eof=True))
        left = {(topic, p) for topic, count in workers.PARTITIONS.items() for p in range(count)}
        consumer.assign([TopicPartition(topic, p, 0) for topic, p in left])
        end = time.monotonic() + 60
        while left:
            assert time.monotonic() < end, f"no end of {left} with {isolation}"
            for m in consumer.consume(1000, 0.5):
                if not m.error():
                    key = m.key().decode() if m.key() else None
                    self.history.append(dict(what="log", isolation=isolation, topic=m.topic(), key=key,
                                             partition=m.partition(), offset=m.offset(), value=m.value().decode()))
                elif m.error().code() == KafkaError._PARTITION_EOF:
                    left.discard((m.topic(), m.partition()))
        consumer.close()


def kill_again_and_again(data, options):
    run = Run(data, options.seed, options.timeout)
    began = time.monotonic()
    try:
        run.begin()
        for number in range(options.kills):
            run.live(number)
            assert not run.faults(), f"{run.faults()[0].name}: {bed.describe(run.faults()[0].fault)}"
            run.kill()
            run.start()
        run.live(0)
        run.end()
        # Once more from the disk alone.
        run.kill()
        run.start()
        for isolation in ("read_uncommitted", "read_committed"):
            run.read_all(isolation)
        code = run.broker.stop()
        assert code == 0, f"the broker ended with {code} on its signal"
    finally:
        if run.broker.process.poll() is None:
            run.broker.process.kill()
        if options.history:
            with open(options.history, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(event) + "\n" for event in run.history)
    count = {what: sum(event["what"] == what for event in run.history) for what in
             ("acked", "txn", "read", "commit", "committed", "log", "fatal")}
    count |= {what: run.count[what] for what in ("piped", "stuck")}
    print(f"kills: {options.kills} kills in {time.monotonic() - began:.0f} s, seed {options.seed}; events: "
          + ", ".join(f"{number} {what}" for what, number in count.items()), flush=True)
    wrong = kills_history.check(run.history, TOPICS)
    for one in wrong:
        print(f"FAIL  kills: {one}")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--broker", default="millpond")
    parser.add_argument("--kills", type=int, default=int(os.environ.get("KILLS", "100")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
    parser.add_argument("--timeout", type=int, default=30)
    parser.add_argument("--history")
    options = parser.parse_args()
    if options.broker != "millpond":
        raise SystemExit("kills: only for millpond, whose start takes no time")
    print(f"ok    kills: the checker finds each of {kills_selftest.run()} ways to spoil a history", flush=True)
    with tempfile.TemporaryDirectory(prefix="kills-") as data:
        code = kill_again_and_again(data, options)
    print("kills: " + ("FAILED" if code else "passed"))
    sys.exit(code)


if __name__ == "__main__":
    main()
