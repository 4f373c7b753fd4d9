#!/usr/bin/env python3
"""A cluster of real Apache Kafka nodes on loopback (KRaft, each broker and controller), from Maven packages:

    cluster.py up --dir DIR [--nodes 3] [--secured] [--topics N] [--set KEY=VALUE]... [--heap 256m]
    cluster.py kill --dir DIR NODE        kill -9
    cluster.py restart --dir DIR NODE     kills it if it runs, starts it again at the same address

`up` prints `bootstrap HOST:PORT,...` and `config FILE` (for Kafka's tools and for Millpond) when every node answers, and
stays until SIGINT, SIGTERM or SIGHUP; however it ends, its nodes end with it. Secured means TLS, SCRAM or PLAIN, and ACLs: the user ann may everything, bob and eve
nothing until somebody lets them. The passwords are those of `secure_bed.py`.
"""
import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import bed
import secure_bed
from kafka import CLUSTER, SETTINGS
from tools_driver import Tools

# What a client sees of a dead node within a few seconds, though the machine may be busy.
SESSION_TIMEOUT_MS = 6000
READY_SECONDS = 300


class Cluster:
    """Nodes 1 to `nodes`, with their data, logs and process ids under `folder`: another process can find them there."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        with open(os.path.join(self.folder, "cluster.json"), encoding="utf-8") as file:
            about = json.load(file)
        self.addresses, self.secured, self.heap = about["addresses"], about["secured"], about["heap"]
        self.certificate = about["certificate"]
        # The nodes are children of who called `up`; whoever else finds them asks there for a new start.
        self.owner, self.children, self.configs, self.tools = False, {}, {}, None

    @classmethod
    def up(cls, folder, nodes=3, secured=False, extra=(), heap="256m"):
        """Formats and starts all nodes; returns when each answers."""
        os.makedirs(folder, exist_ok=True)
        ports = [bed.free_port() for _ in range(2 * nodes)]
        addresses = [f"127.0.0.1:{port}" for port in ports[:nodes]]
        certificate, guard = secure_bed.guarded(folder) if secured else (None, {})
        about = {"addresses": addresses, "secured": secured, "heap": heap, "certificate": certificate}
        with open(os.path.join(folder, "cluster.json"), "w", encoding="utf-8") as file:
            json.dump(about, file)
        cluster = cls(folder)
        cluster.owner = True
        bed.classpath()
        formats = []
        for node in cluster.nodes():
            path = cluster._write_properties(node, ports[nodes:], guard, extra)
            formats.append(subprocess.Popen(cluster._format(path), stdout=subprocess.DEVNULL))
        if any([one.wait() for one in formats]):
            raise SystemExit("a node could not be formatted")
        try:
            for node in cluster.nodes():
                cluster._spawn(node)
            for node in cluster.nodes():
                cluster._wait(node)
        except BaseException:
            cluster.stop()
            raise
        return cluster

    def nodes(self):
        return range(1, len(self.addresses) + 1)

    @property
    def bootstrap(self):
        return ",".join(self.addresses)

    def config(self, user="ann", **more):
        """A properties file for Kafka's tools and for Millpond's `--config`; `_` in a key of `more` stands for a dot."""
        key = (user, *more.items())
        if key not in self.configs:
            path = secure_bed.client_properties(self.folder, self.bootstrap, self.certificate, user) if self.secured \
                else secure_bed.written(self.folder, "client.properties", f"bootstrap.servers={self.bootstrap}\n")
            with open(path, "a", encoding="utf-8") as file:
                file.writelines(f"{name.replace('_', '.')}={value}\n" for name, value in more.items())
            self.configs[key] = path
        return self.configs[key]

    def kill(self, node):
        """kill -9: its clients see the connection end, its peers miss it after `SESSION_TIMEOUT_MS`."""
        self._signal(node, signal.SIGKILL)

    def restart(self, node):
        """Starts a node again, at the same address, and waits until it answers."""
        self.kill(node)
        if self.owner:
            self._spawn(node)
        else:
            with open(self._wish(node), "w", encoding="utf-8"):
                pass
            bed.until(lambda: self._alive(node), f"`cluster.py up` to start node {node}", READY_SECONDS)
        self._wait(node)

    def grant(self):
        """Starts the nodes that another process has asked for."""
        for node in self.nodes():
            if os.path.exists(self._wish(node)):
                os.unlink(self._wish(node))
                self._spawn(node)

    def hang(self, node):
        """SIGSTOP: the node keeps its connections and answers nothing."""
        os.kill(self._pid(node), signal.SIGSTOP)

    def wake(self, node):
        os.kill(self._pid(node), signal.SIGCONT)

    def stop(self):
        """Ends all nodes. At once: nobody needs what they hold after that."""
        if self.tools:
            self.tools.close()
        for node in self.nodes():
            self._signal(node, signal.SIGKILL)

    def tool(self, name, *arguments):
        """Runs one of Kafka's tools, such as `kafka-topics`, as ann; gives what it printed."""
        return self._tools()(name, *arguments).ok().out

    def many_topics(self, count, partitions=1, replicas=1):
        """Creates topic-00000 and on."""
        self._tools().run("ManyTopics", self.config(), count, partitions, replicas).ok()

    def in_sync(self, seconds=120):
        """Waits until no partition misses a replica, as after a node came back."""
        bed.until(lambda: not self.tool("kafka-topics", "--describe", "--under-replicated-partitions").strip(),
                  "all replicas to be in sync", seconds, pause=0.5)

    def _tools(self):
        """In one virtual machine for all, which is started where it is first wanted, or has ended."""
        if self.tools is None or self.tools.process.poll() is not None:
            self.tools = Tools(self.bootstrap, self.config() if self.secured else None)
        return self.tools

    def log(self, node, lines=40):
        with open(os.path.join(self._home(node), "log"), encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def _home(self, node):
        return os.path.join(self.folder, f"node-{node}")

    def _wish(self, node):
        """A file by which another process asks for a node to be started."""
        return os.path.join(self._home(node), "start")

    def _write_properties(self, node, controllers, guard, extra):
        home, count = self._home(node), len(self.addresses)
        os.makedirs(home, exist_ok=True)
        protocol = "SASL_SSL" if self.secured else "PLAINTEXT"
        copies, needed = str(min(3, count)), "2" if count >= 3 else "1"
        listen = f"{protocol}://{self.addresses[node - 1]}"
        settings = dict(SETTINGS) | {
            "node.id": str(node),
            "broker.rack": f"rack-{node}",
            "listeners": f"{listen},CONTROLLER://127.0.0.1:{controllers[node - 1]}",
            "advertised.listeners": listen,
            "inter.broker.listener.name": protocol,
            "controller.quorum.voters": ",".join(f"{at}@127.0.0.1:{port}" for at, port in enumerate(controllers, 1)),
            "log.dirs": ",".join(os.path.join(home, disk) for disk in ("disk-a", "disk-b")),
            "metadata.log.dir": os.path.join(home, "disk-a"),
            "default.replication.factor": copies,
            "min.insync.replicas": needed,
            "broker.session.timeout.ms": str(SESSION_TIMEOUT_MS),
            "broker.heartbeat.interval.ms": "1000",
            "auto.create.topics.enable": "false",
            # Leaders move when a test says so.
            "auto.leader.rebalance.enable": "false",
        }
        for topic in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
            settings[f"{topic}.replication.factor"] = copies
        for topic in ("transaction.state.log", "share.coordinator.state.topic"):
            settings[f"{topic}.min.isr"] = needed
        if self.secured:
            settings |= guard | {
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                # The controllers talk among themselves without a name.
                "super.users": "User:ann;User:ANONYMOUS",
            }
        settings.update(pair.split("=", 1) for pair in extra)
        path = os.path.join(home, "server.properties")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{key}={escaped(value)}\n" for key, value in settings.items())
        return path

    def _format(self, properties):
        command = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", properties, "--ignore-formatted"]
        for user, password in secure_bed.PASSWORDS.items() if self.secured else ():
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                command += ["--add-scram", f"{mechanism}=[name={user},password={secure_bed.quoted(password)}]"]
        return bed.java(*command, heap="128m")

    def _spawn(self, node):
        home = self._home(node)
        command = bed.java("kafka.Kafka", os.path.join(home, "server.properties"), heap=self.heap, log="warn")
        with open(os.path.join(home, "log"), "a", encoding="utf-8") as log:
            process = subprocess.Popen(bed.bound(command), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                       start_new_session=True)
        self.children[node] = process
        # Another process may read it at any time.
        path = os.path.join(home, "pid")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(str(process.pid))
        os.replace(path + ".new", path)

    def _wait(self, node):
        host, port = self.addresses[node - 1].rsplit(":", 1)

        def answers():
            if not self._alive(node):
                raise SystemExit(f"node {node} ended before it was ready:\n{self.log(node)}")
            with contextlib.suppress(OSError):
                socket.create_connection((host, int(port)), 1).close()
                return True

        bed.until(answers, f"node {node} to open its port", READY_SECONDS)

    def _pid(self, node):
        try:
            with open(os.path.join(self._home(node), "pid"), encoding="utf-8") as file:
                return int(file.read())
        except FileNotFoundError:
            return None

    def _alive(self, node):
        """Whether the process of that id is still ours: ids are used again."""
        if node in self.children and self.children[node].pid == self._pid(node):
            return self.children[node].poll() is None
        pid = self._pid(node)
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                return self._home(node) in file.read()
        except OSError:
            return False

    def _signal(self, node, number):
        if self._alive(node):
            os.kill(self._pid(node), number)
        end = time.monotonic() + 30
        while self._alive(node):
            assert time.monotonic() < end, f"node {node} does not end"
            time.sleep(0.02)


def escaped(value):
    """For a properties file, where a backslash is one only when it is doubled."""
    return value.replace("\\", "\\\\")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["up", "kill", "restart"])
    parser.add_argument("node", type=int, nargs="?")
    parser.add_argument("--dir", required=True)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--secured", action="store_true")
    parser.add_argument("--topics", type=int, default=0)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--heap", default="256m")
    options = parser.parse_intermixed_args()
    if options.command != "up":
        if options.node is None:
            parser.error("which node?")
        cluster = Cluster(options.dir)
        {"kill": cluster.kill, "restart": cluster.restart}[options.command](options.node)
        return
    # A signal ends it as Ctrl+C does, also while it starts.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    cluster = Cluster.up(options.dir, options.nodes, options.secured, options.set, options.heap)
    try:
        if options.topics:
            cluster.many_topics(options.topics)
        print(f"bootstrap {cluster.bootstrap}\nconfig {cluster.config()}", flush=True)
        while True:
            cluster.grant()
            time.sleep(0.1)
    except KeyboardInterrupt:
        pass
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
