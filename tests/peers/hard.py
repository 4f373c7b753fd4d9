"""Hard times for a broker, with clients as they are: thousands that do nothing, some that do not read, a full disk.

    hard.py [--broker millpond] [PART OF A CASE'S TITLE...]
"""
import os
import resource
import shutil
import socket
import struct
import subprocess
import tempfile
import time

from confluent_kafka import TopicPartition

import bed
from confluent_common import consumer, producer, read_to_end, send, topic

IDLE_CONNECTIONS = 3000
# What an idle client may take of the broker's resident memory.
IDLE_BYTES_MAX = 24 * 1024
SLOW_READERS = 40
MEBIBYTE = 1024 * 1024


def resident(pid):
    """Resident memory of a process in bytes."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def dial(address):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), 10)


def ask(s, key, version, body, correlation=1):
    head = struct.pack(">hhih", key, version, correlation, -1)
    s.sendall(struct.pack(">i", len(head) + len(body)) + head + body)


def answer(s):
    def exactly(count):
        found = b""
        while len(found) < count:
            piece = s.recv(count - len(found))
            assert piece, "the broker closed the connection"
            found += piece
        return found

    return exactly(struct.unpack(">i", exactly(4))[0])


def round_trips(address, to, count=50):
    """Seconds that each of some records takes to be acknowledged, the middle one and the longest."""
    p, times = producer(address, linger_ms=0, acks="all"), []
    for number in range(count):
        began = time.monotonic()
        send(p, to, [b"%d" % number])
        times.append(time.monotonic() - began)
    times.sort()
    return times[count // 2], times[-1]


def idle_connections(address, broker):
    """Each asks once, as clients do when they connect, and then stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = min(IDLE_CONNECTIONS, hard - 200)
    made = topic(address)
    before, usual = resident(broker.pid), round_trips(address, made)
    idle = []
    for _ in range(wanted):
        s = dial(address)
        ask(s, 18, 0, b"")
        answer(s)
        idle.append(s)
    each = (resident(broker.pid) - before) / wanted
    crowded = round_trips(address, made)
    print(f"      {wanted} idle connections: {each / 1024:.1f} KiB each, an acknowledgement takes "
          f"{crowded[0] * 1000:.1f} ms ({usual[0] * 1000:.1f} before)", flush=True)
    assert each < IDLE_BYTES_MAX, f"{each:.0f} bytes for an idle connection"
    assert crowded[0] < 5 * usual[0] + 0.02, f"{crowded} instead of {usual}"
    # All of them still work.
    for s in idle[:: wanted // 50]:
        ask(s, 18, 0, b"")
        answer(s)
    for s in idle:
        s.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def slow_readers(address, broker):
    """Each asks for all that one Fetch may give, and takes none of it."""
    made = topic(address)
    p = producer(address, queue_buffering_max_kbytes=200000)
    value = os.urandom(MEBIBYTE // 2)
    send(p, made, [value] * 120)

    def all_of_it():
        began = time.monotonic()
        assert len(read_to_end(address, made)) == 120
        return time.monotonic() - began

    alone, before = all_of_it(), resident(broker.pid)
    name = made.encode()
    # Fetch 4: replica -1, 100 ms, 1 byte, 50 MiB, read_uncommitted, one topic with one partition from offset 0.
    body = struct.pack(">iiiib", -1, 100, 1, 50 * MEBIBYTE, 0) + struct.pack(">ih", 1, len(name)) + name \
        + struct.pack(">iiqi", 1, 0, 0, 50 * MEBIBYTE)
    slow = [dial(address) for _ in range(SLOW_READERS)]
    for s in slow:
        ask(s, 1, 4, body)
        ask(s, 1, 4, body, 2)
    times, crowded = [], None
    for _ in range(5):
        times.append(round_trips(address, made, 10)[1])
        crowded = max(crowded or 0, all_of_it_with(address, made))
    grown = (resident(broker.pid) - before) / MEBIBYTE
    print(f"      {SLOW_READERS} readers that take nothing: another reads in {crowded:.2f} s ({alone:.2f} alone), the "
          f"longest acknowledgement took {max(times) * 1000:.0f} ms; the broker grew by {grown:.0f} MiB", flush=True)
    assert max(times) < 5, f"an acknowledgement took {max(times):.2f} s"
    assert crowded < 3 * alone + 2, f"{crowded:.2f} s instead of {alone:.2f}"
    assert grown < 700, f"the broker grew by {grown:.0f} MiB"
    for s in slow:
        s.close()


def all_of_it_with(address, made):
    """Reads the first 120 records, whatever was added since."""
    began, c = time.monotonic(), consumer(address)
    c.assign([TopicPartition(made, 0, 0)])
    found = 0
    while found < 120:
        assert time.monotonic() - began < 60, f"{found} records in 60 s"
        found += sum(not m.error() for m in c.consume(120, 0.5))
    c.close()
    return time.monotonic() - began


class Small:
    """A folder with little room, which can get more: a file system in memory where the machine lets us mount one, else
    a limit on the size of files."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="small-")
        command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", self.folder]
        self.mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
        self.broker = None

    def start(self):
        command = [bed.millpond_binary(), "serve", "--data", self.folder, "--listen", "127.0.0.1:0"]
        if not self.mounted:
            # Without the signal, a file that may not grow is an error and not the end.
            command = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", *command]
        self.broker = bed.Broker("millpond", command)
        if not self.mounted:
            resource.prlimit(self.broker.pid, resource.RLIMIT_FSIZE, (6 * MEBIBYTE, resource.RLIM_INFINITY))
        return self.broker.address

    def make_room(self):
        if self.mounted:
            subprocess.run(["mount", "-o", "remount,size=200m", self.folder], check=True)
        else:
            resource.prlimit(self.broker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def close(self):
        if self.broker and self.broker.process.poll() is None:
            self.broker.process.kill()
            self.broker.process.wait()
        if self.mounted:
            subprocess.run(["umount", "-l", self.folder], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def full_disk(_address, _broker):
    """A producer is told, what was acknowledged stays, and it goes on as soon as there is room."""
    small = Small()
    try:
        address = small.start()
        made = topic(address)
        acked, refused = [], []

        def delivered(fault, message):
            (refused if fault else acked).append(fault or (message.offset(), message.value()))

        def produce(p, count, stem):
            for number in range(count):
                p.produce(made, b"%s %06d " % (stem, number) + os.urandom(20_000), on_delivery=delivered)
                p.poll(0.002)
            assert p.flush(60) == 0

        once = producer(address, retries=0, enable_idempotence=False, max_in_flight=1, linger_ms=0)
        produce(once, 1500, b"once")
        assert acked and refused, f"{len(acked)} were stored and {len(refused)} refused: the disk was not full"
        codes = {fault.name() for fault in refused}
        assert codes == {"KAFKA_STORAGE_ERROR"}, codes
        # Reading goes on, and so does everything else that needs no room.
        found = {m.offset(): m.value() for m in read_to_end(address, made)}
        assert all(found.get(offset) == value for offset, value in acked), "what was acknowledged is not there"
        # An idempotent producer waits for room and then has everything there, once and in order.
        full = len(acked)
        patient = producer(address, enable_idempotence=True, message_timeout_ms=60000, linger_ms=1)
        for number in range(300):
            patient.produce(made, b"patient %06d " % number + os.urandom(20_000), on_delivery=delivered)
        patient.poll(2)
        assert len(acked) < full + 300, "there was room for everything"
        small.make_room()
        assert patient.flush(60) == 0
        assert len(acked) == full + 300, f"{len(acked) - full} of 300 were stored when there was room"
        for life in range(2):
            found = [(m.offset(), m.value()) for m in read_to_end(address, made)]
            values = [value for _, value in found]
            assert len(set(values)) == len(values), "a record is there twice"
            assert set(acked) <= set(found), f"what was acknowledged is not there in life {life + 1}"
            order = [value[:14] for value in values if value.startswith(b"patient")]
            assert order == sorted(order) and len(order) == 300, "the order has changed"
            if life == 0:
                small.broker.process.kill()
                small.broker.process.wait()
                address = small.start()
                small.make_room()
        print(f"      {full} records were stored before the disk was full, {len(refused)} refused, "
              f"{'a file system' if small.mounted else 'a limit'} of its own", flush=True)
    finally:
        small.close()


CASES = [
    ("thousands of connections that do nothing", idle_connections),
    ("readers that take nothing do not slow others", slow_readers),
    ("a full disk while producing", full_disk),
]


def suite(report, address, broker):
    for title, work in CASES:
        report.case(title, work, address, broker)


if __name__ == "__main__":
    bed.main("hard", suite)
