"""A word count by Kafka Streams with exactly-once (v2), ended cleanly once and killed once on the way:

    streams.py [--broker millpond|kafka] [--at HOST:PORT]
"""
import random
import subprocess
import tempfile
import threading
import time

import bed
from confluent_common import admin, consumer, name, producer, read, send, topic

WORDS = "river mill pond water stone wheel grain flour sack cart road bridge".split()


class Counter:
    """The Streams program as a process."""

    def __init__(self, *arguments):
        command = bed.java("WordCount", *arguments, heap="256m", log="error")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.states = []
        threading.Thread(target=lambda: self.states.extend(iter(self.process.stdout.readline, "")), daemon=True).start()

    def stop(self):
        self.process.stdin.close()
        assert self.process.wait(40) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()


def word_count(address):
    source, target, application = topic(address, "lines", partitions=3), topic(address, "counts", partitions=2), name("words")
    dice, wanted, lines = random.Random(7), {word: 0 for word in WORDS}, []
    for number in range(3000):
        words = dice.choices(WORDS, k=4)
        lines.append(" ".join(words).encode())
        for word in words:
            wanted[word] += 1
    with tempfile.TemporaryDirectory(prefix="streams-") as folder:
        arguments = (address, application, source, target, folder)
        sink = consumer(address, isolation_level="read_committed")
        sink.subscribe([target])
        p, found = producer(address), []

        def pass_on(part, counter, share):
            send(p, source, part, key=lambda n: b"%d" % n)
            goal = len(found) + int(len(part) * 4 * share)
            end = time.monotonic() + 90
            while len(found) < goal:
                assert counter.process.poll() is None, f"Streams ended by itself: {counter.states}"
                assert time.monotonic() < end, f"{len(found)} of {goal} counts: {counter.states}"
                found.extend(m for m in sink.consume(1000, 0.2) if not m.error())

        first = Counter(*arguments)
        pass_on(lines[:1000], first, 0.5)
        first.stop()
        second = Counter(*arguments)
        pass_on(lines[1000:2000], second, 0.5)
        second.kill()
        third = Counter(*arguments)
        pass_on(lines[2000:], third, 0.5)
        found.extend(read(sink, 4 * len(lines) - len(found), 90))
        third.stop()
    sink.close()
    counts = {word: [] for word in WORDS}
    for message in found:
        counts[message.key().decode()].append(int(message.value()))
    for word in WORDS:
        assert counts[word] == list(range(1, wanted[word] + 1)), f"the counts of {word} are not 1 to {wanted[word]}"
    made = [t for t in admin(address).list_topics(timeout=10).topics if t.startswith(application)]
    assert len(made) == 2, f"a repartition and a changelog topic were expected: {made}"


def suite(report, address, _broker):
    report.case("word count with exactly-once, ended and killed on the way", word_count, address)


if __name__ == "__main__":
    bed.main("streams", suite)
