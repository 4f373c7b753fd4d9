"""Millpond as a client of a real Apache Kafka node that asks who it is: by tokens, by passwords that count for two seconds,
by certificates; and of one that tells addresses that lead nowhere.

    guarded.py [PART OF A CASE'S TITLE...]
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

import bed
from guarded_bed import CLIENT_SECRET, SESSION_MS, Guarded, token

STAGES = ["name", "tcp", "tls", "versions", "authentication", "metadata", "advertised-listeners"]
# So many sessions go by while records are produced and read.
SESSIONS = 4
BATCH = 200


def works(node, config):
    """A topic is made, written, read in a group and deleted."""
    def run(*arguments, **more):
        return node.millpond("--config", config, *arguments, **more)

    topic = f"topic-{os.path.basename(config)}"
    run("topics", "create", topic, "--partitions", 2)
    run("produce", topic, "--plain", stdin="one\ntwo\n")
    read = run("consume", topic, "--group", topic, "--max", 2)
    assert sorted(json.loads(line)["value"] for line in read.splitlines()) == ["one", "two"], read
    assert topic in run("topics", "list")
    run("topics", "delete", topic)


def kept_out(node, config, *words):
    """The command ends with one sentence that says this, and no secret."""
    said = node.millpond("--config", config, "topics", "list", code=1)
    assert len(said.splitlines()) == 1 and all(word in said for word in words), (words, said)
    assert "wrong-secret" not in said and CLIENT_SECRET not in said and "eyJ" not in said, said


def stops(node, config, stage, *words, secret=None):
    """The test of the connection stops at a step, and says this."""
    states, said = node.walked(config, secret)
    assert list(states) == STAGES[:STAGES.index(stage) + 1], (stage, states, said)
    assert states.pop(stage) == "failed" and set(states.values()) <= {"passed", "skipped"}, (stage, states, said)
    assert len(said.splitlines()) == 1 and all(word in said for word in words), (words, said)


def passes(node, config, secret=None):
    states, said = node.walked(config, secret)
    assert list(states) == STAGES and set(states.values()) <= {"passed", "skipped"} and not said, (states, said)
    return states


def a_token_in_a_file(node):
    works(node, node.with_token(token()))
    assert passes(node, node.with_token(token()))["authentication"] == "passed"


def tokens_that_are_refused(node):
    kept_out(node, node.with_token(token(life=-60)), "did not accept the token: invalid_token", "ended at 20", "new one")
    kept_out(node, node.with_token(token(scope="other")), "insufficient_scope", "[kafka]", "audience")
    kept_out(node, node.with_token("nonsense"), "did not accept the token: invalid_token")
    kept_out(node, node.with_token("Bearer eyJ"), "is no token", "without \"Bearer\"")
    stops(node, node.with_token(token(life=-60)), "authentication", "The login failed", "The token in", "ended at 20")


def a_token_given_by_hand(node):
    """As `connections` asks for it: the settings name neither a file nor an endpoint."""
    config = node.bearer()
    assert passes(node, config, token())["authentication"] == "passed"
    stops(node, config, "authentication", "The token ended at 20", "get a new one", secret=token(life=-60))


def client_credentials(node):
    before = node.provider.issued
    works(node, node.with_credentials())
    assert node.provider.issued > before
    assert passes(node, node.with_credentials(), CLIENT_SECRET)["authentication"] == "passed"


def client_credentials_that_are_refused(node):
    wrong = node.with_credentials(secret="wrong-secret")
    kept_out(node, wrong, "gives no token to the client \"orders-app\": invalid_client", "check the id, the secret")
    stops(node, wrong, "authentication", "invalid_client", "Check the id, the secret", secret="wrong-secret")
    kept_out(node, node.with_credentials(path="/none"), "token_endpoint", "openid-configuration")
    kept_out(node, node.with_credentials(path="/old"), "invalid_token", "token endpoint gave a token that ended at 20")
    kept_out(node, node.with_credentials(scope="other"), "insufficient_scope", "[kafka]")


class Running:
    """A `millpond` that goes on, whose lines are taken as they come."""

    def __init__(self, config, *arguments):
        command = [bed.millpond_binary(), "--config", config, *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def write(self, lines):
        self.process.stdin.writelines(line + "\n" for line in lines)
        self.process.stdin.flush()

    def take(self, count):
        return [json.loads(self.process.stdout.readline())["value"] for _ in range(count)]

    def end(self):
        """Nobody writes any more: it ends well, without a complaint."""
        self.process.stdin.close()
        said = self.process.stderr.read()
        assert self.process.wait(60) == 0 and not said, (self.process.returncode, said)

    def stop(self):
        """What it complained of until now."""
        self.process.kill()
        self.process.wait()
        return self.process.stderr.read()


def sessions_go_by(node, config):
    """Records are produced, and read by a group, over several sessions: each comes once, in its order, over the connections
    that were there at the start."""
    topic = f"sessions-{os.path.basename(config)}"
    node.millpond("--config", config, "topics", "create", topic, "--partitions", 1)
    reader = Running(config, "consume", topic, "--group", topic, "--from", "earliest", "--follow")
    writer = Running(config, "produce", topic, "--plain")
    try:
        sent, opened, closed = 0, None, node.relay.closed_far
        began, session = time.monotonic(), SESSION_MS / 1000
        while time.monotonic() < began + SESSIONS * session:
            wanted = [f"{number}" for number in range(sent, sent + BATCH)]
            writer.write(wanted)
            found = reader.take(BATCH)
            assert found == wanted, (found[:3], wanted[:3])
            sent += BATCH
            if time.monotonic() < began + session / 2:
                opened = node.relay.opened
        assert node.relay.opened == opened, f"{node.relay.opened - opened} more connections than the {opened} of the start"
        assert node.relay.closed_far == closed, "the node closed a connection"
        writer.end()
        assert not reader.stop()
    finally:
        for one in (reader, writer):
            one.process.kill()


def tokens_are_renewed(node):
    """The token of the start counts for three seconds: who goes on for longer has shown others."""
    before = node.provider.issued
    sessions_go_by(node, node.with_credentials(path="/short"))
    assert node.provider.issued - before >= 5, node.provider.issued - before


def a_token_that_ends_meanwhile(node):
    """Nobody puts another one into the file: the reader ends with a sentence that says so."""
    config = node.with_token(token(life=3))
    node.millpond("--config", config, "topics", "create", "ending")
    command = [bed.millpond_binary(), "--config", config, "consume", "ending", "--group", "ending", "--follow"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "did not accept the token" in done.stderr and "ended at 20" in done.stderr, done


def certificates(node):
    right, wrong = (authority.identity("ann") for authority in (node.authority, node.stranger))
    works(node, node.with_certificate(right))
    assert passes(node, node.with_certificate(right))["tls"] == "passed"
    for identity, why in ((None, "this client shows none"), (wrong, "does not accept this client's certificate")):
        kept_out(node, node.with_certificate(identity), why, "SSL_HANDSHAKE_FAILED", "ssl.keystore.location")
        stops(node, node.with_certificate(identity), "tls", why, "Choose a client certificate that the broker trusts")


def advertised_listeners(node):
    stage, told = "advertised-listeners", "The cluster says that broker 1 is at "
    stops(node, node.properties("MOVED"), stage, told + "127.0.0.2:1,", "nothing listens on 127.0.0.2:1",
          "Check that broker 1 is running; then set its advertised.listeners")
    stops(node, node.properties("NAMELESS"), stage, told + "broker.invalid:9092", "knows no address for broker.invalid",
          "Set advertised.listeners of broker 1 to a name that this machine knows")
    # By another name than the node's own, loopback is the machine of who asks.
    by_name = f"{socket.gethostname()}:{node.ports['ITSELF']}"
    stops(node, node.properties("ITSELF", at=by_name), stage, told + f"localhost:{node.nothing}", "this very machine",
          f"Set advertised.listeners of broker 1 to an address that clients reach it by, such as {socket.gethostname()}:")


def suite(report, node):
    report.case("a token in a file lets in", a_token_in_a_file, node)
    report.case("a token given by hand lets in", a_token_given_by_hand, node)
    report.case("a token that is refused is told why", tokens_that_are_refused, node)
    report.case("tokens of an OpenID endpoint let in", client_credentials, node)
    report.case("a client that the endpoint or the node refuses is told why", client_credentials_that_are_refused, node)
    report.case("sessions by password go by unnoticed", sessions_go_by, node, node.with_password())
    report.case("sessions by tokens that end go by unnoticed", tokens_are_renewed, node)
    report.case("a token that ends while a group reads is told", a_token_that_ends_meanwhile, node)
    report.case("client certificates", certificates, node)
    report.case("advertised listeners that lead nowhere", advertised_listeners, node)


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--broker"]:
        arguments = arguments[2:]
    report = bed.Suite("guarded", arguments)
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        node = Guarded(folder)
        try:
            suite(report, node)
        finally:
            node.stop()
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
