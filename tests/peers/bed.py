"""The test bed of the peers: where their parts lie, how a broker is started and ended, waiting with a limit.

Everything downloaded or compiled goes to `target/peers`: a Python environment with confluent-kafka, the class path of
Apache Kafka, our small Java programs.
"""
import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PARTS = os.path.join(ROOT, "target", "peers")


def fresh(stamp, *sources):
    """Whether `stamp` was written for exactly these source files."""
    want = digest(sources)
    try:
        with open(stamp, encoding="utf-8") as file:
            return file.read() == want
    except FileNotFoundError:
        return False


def digest(sources):
    total = hashlib.sha256()
    for source in sorted(sources):
        with open(source, "rb") as file:
            total.update(file.read())
    return total.hexdigest()


def stamped(stamp, *sources):
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(digest(sources))


def jars(parts="kafka"):
    """The class path of a folder's pom.xml; resolved once a change of it."""
    os.makedirs(PARTS, exist_ok=True)
    pom = os.path.join(HERE, parts, "pom.xml")
    path = os.path.join(PARTS, "classpath" if parts == "kafka" else f"classpath-{parts}")
    if not fresh(path + ".of", pom):
        command = ["mvn", "-q", "-B", "-f", pom, "dependency:build-classpath", f"-Dmdep.outputFile={path}"]
        subprocess.run(command, check=True)
        stamped(path + ".of", pom)
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


def classpath():
    """The class path of Apache Kafka and of our Java programs; resolves and compiles once a change of them."""
    path, pom = jars(), os.path.join(HERE, "kafka", "pom.xml")
    folder = os.path.join(HERE, "java")
    sources = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".java"))
    classes = os.path.join(PARTS, "classes")
    if not fresh(classes + ".of", pom, *sources):
        shutil.rmtree(classes, ignore_errors=True)
        subprocess.run(["javac", "-nowarn", "-cp", path, "-d", classes, *sources], check=True)
        stamped(classes + ".of", pom, *sources)
    return f"{classes}:{path}"


def java(*arguments, heap="128m", log="off", options=(), parts="kafka"):
    """A command line that runs a Java program with little memory and a quick start."""
    return [
        "java", f"-Xmx{heap}", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
        f"-Dorg.slf4j.simpleLogger.defaultLogLevel={log}", *options,
        "-cp", classpath() if parts == "kafka" else jars(parts), *arguments,
    ]


def bound(command):
    """The command, made to end with the thread that starts it, however that ends: a killed suite leaves no broker behind."""
    return ["setpriv", "--pdeathsig", "KILL", *command]


def free_port():
    """A port that nobody uses, below those that the system gives to clients: while a killed broker is away, no connection
    of somebody else's can come to have its port."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="utf-8") as file:
        first_of_clients = int(file.read().split()[0])
    ports = range(10_000, first_of_clients) if first_of_clients > 12_000 else range(61_000, 65_000)
    for port in random.sample(ports, 100):
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port
    raise SystemExit("no port is free")


def until(condition, what, seconds=90, pause=0.05):
    """Waits until `condition()` gives something true and gives that back; fails loudly after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(pause)


class Broker:
    """A broker as a process of its own that prints `listening on HOST:PORT` when it is ready."""

    def __init__(self, name, command, seconds=60):
        self.name, self.command = name, command
        self.log = tempfile.NamedTemporaryFile(mode="w+", prefix=f"{name}-", suffix=".log", delete=False)
        self.started = time.monotonic()
        self.process = subprocess.Popen(bound(command), stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.address = self._ready(seconds)

    def _ready(self, seconds):
        line = self.process.stdout.readline()
        said = re.search(r"listening on (\S+:\d+)", line)
        if not said:
            raise SystemExit(f"{self.name} did not start within {seconds} s: {line!r}\n{self.tail()}")
        return said.group(1)

    @property
    def pid(self):
        """The process that does the work: of a script that started a broker, the broker's."""
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(children, encoding="utf-8") as file:
            found = file.read().split()
        return int(found[0]) if found and self.name == "kafka" else self.process.pid

    def tail(self, lines=30):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def stop(self, seconds=30):
        """Ends it by SIGTERM and gives the exit code; kills it if that takes longer than `seconds`."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(self.pid, signal.SIGKILL)
            code = self.process.wait(seconds)
        self.process.stdout.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.log.name)
        return code


def millpond_binary():
    """The binary under test: `MILLPOND`, else the newest that was built here."""
    if os.environ.get("MILLPOND"):
        return os.path.abspath(os.environ["MILLPOND"])
    built = [os.path.join(ROOT, "target", kind, "millpond") for kind in ("release", "debug")]
    built = [path for path in built if os.path.exists(path)]
    if not built:
        raise SystemExit("no binary of millpond: run `cargo build`, or name one in MILLPOND")
    return max(built, key=os.path.getmtime)


def start(kind, data):
    """Starts `millpond` or `kafka` on loopback with its data under the folder `data`."""
    if kind == "kafka":
        return Broker("kafka", [sys.executable, os.path.join(HERE, "kafka.py"), "--data", data])
    return Broker("millpond", [millpond_binary(), "serve", "--data", data, "--listen", "127.0.0.1:0"])


class Suite:
    """Named cases run one after the other against one broker, each with a line; `finish` ends with 1 if one failed."""

    def __init__(self, name, only=()):
        self.name, self.only = name, only
        # So that a suite which is ended from outside takes down what it has put up.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.passed, self.failed = 0, []

    def case(self, title, work, *arguments):
        if self.only and not any(part in title for part in self.only):
            return
        began = time.monotonic()
        try:
            work(*arguments)
        except Exception as fault:  # noqa: BLE001: a case may fail in any way, the next ones still run
            self.failed.append(title)
            print(f"FAIL  {self.name}: {title} ({time.monotonic() - began:.1f} s)\n      {describe(fault)}", flush=True)
        else:
            self.passed += 1
            print(f"ok    {self.name}: {title} ({time.monotonic() - began:.1f} s)", flush=True)

    def finish(self):
        total = self.passed + len(self.failed)
        print(f"{self.name}: {self.passed} of {total} passed" + "".join(f"\n  failed: {f}" for f in self.failed), flush=True)
        return 1 if self.failed or not total else 0


def describe(fault):
    """What went wrong and at which line of ours, in one or a few lines."""
    trace, place = fault.__traceback__, ""
    while trace:
        file = os.path.basename(trace.tb_frame.f_code.co_filename)
        if os.path.dirname(os.path.abspath(trace.tb_frame.f_code.co_filename)) == HERE and file != "bed.py":
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(fault).__name__} at {place}: {fault}".replace("\n", "\n      ")


def main(name, suite):
    """The main of a suite: `NAME.py [--broker millpond|kafka] [--at HOST:PORT] [CASE...]`, a part of a title each."""
    arguments = sys.argv[1:]
    kind, at = "millpond", None
    while arguments and arguments[0].startswith("--"):
        option, value = arguments[0], arguments[1]
        arguments = arguments[2:]
        if option == "--broker":
            kind = value
        elif option == "--at":
            at = value
        else:
            raise SystemExit(f"unknown option {option}")
    report = Suite(name, arguments)
    if at:
        suite(report, at, None)
        sys.exit(report.finish())
    with tempfile.TemporaryDirectory(prefix="peers-") as data:
        broker = start(kind, data)
        try:
            suite(report, broker.address, broker)
            alive = broker.process.poll() is None
        finally:
            tail = broker.tail()
            code = broker.stop()
        if report.failed and tail:
            print(f"the end of the log of {kind}:\n{tail}")
        if not alive or (kind == "millpond" and code != 0):
            raise SystemExit(f"{kind} ended with {code}, {'on its signal' if alive else 'by itself'}")
    sys.exit(report.finish())
