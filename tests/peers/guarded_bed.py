"""One node of Apache Kafka whose listeners ask for tokens, passwords that are soon over, and certificates, or tell addresses
that lead nowhere; and what stands around it: an identity provider, certificates, a relay that counts connections."""
import base64
import contextlib
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import bed
from secure_bed import KEYSTORE, own_certificate, written

CLIENT_ID, CLIENT_SECRET = "orders-app", "s3cret-of-the-app"
USER, PASSWORD = "ann", "s3cret-of-ann"
# How long a login counts: a test that goes on for some seconds sees several ends.
SESSION_MS = 2000
MODULES = "org.apache.kafka.common.security"


class Guarded:
    """The node, its listeners by name, and a folder for the files of its clients."""

    def __init__(self, folder):
        self.folder, self.provider, self.relay = folder, Provider(), Relay()
        self.authority = Authority(folder, "authority")
        self.stranger = Authority(folder, "stranger")
        store, self.certificate = own_certificate(folder, "server")
        self.nothing = bed.free_port()
        names = ["PLAINTEXT", "TOKENS", "CERTIFICATES", "MOVED", "NAMELESS", "ITSELF"]
        self.ports = {name: bed.free_port() for name in names}
        self.relay.to(self.ports["TOKENS"])
        settings = self._listeners() | self._tokens() | {
            "listener.name.certificates.ssl.client.auth": "required",
            "ssl.keystore.type": "PKCS12", "ssl.keystore.location": store, "ssl.keystore.password": KEYSTORE,
            "ssl.truststore.type": "PEM", "ssl.truststore.location": self.authority.certificate,
        }
        command = [sys.executable, os.path.join(bed.HERE, "kafka.py"), "--data", os.path.join(folder, "kafka")]
        command += ["--listen", self.at("PLAINTEXT"), "--heap", "384m"]
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        self.broker = bed.Broker("kafka", command)

    def at(self, name):
        return f"127.0.0.1:{self.ports[name]}"

    def _listeners(self):
        """What they listen on, and what they tell their clients."""
        told = {
            "TOKENS": self.relay.address, "MOVED": "127.0.0.2:1", "NAMELESS": "broker.invalid:9092",
            "ITSELF": f"localhost:{self.nothing}",
        }
        protocols = {"TOKENS": "SASL_PLAINTEXT", "CERTIFICATES": "SSL"}
        controller = f"CONTROLLER://127.0.0.1:{bed.free_port()}"
        return {
            "listeners": ",".join([*(f"{name}://{self.at(name)}" for name in self.ports), controller]),
            "advertised.listeners": ",".join(f"{name}://{told.get(name, self.at(name))}" for name in self.ports),
            "controller.quorum.voters": f"1@{controller.removeprefix('CONTROLLER://')}",
            "listener.security.protocol.map":
                ",".join(f"{name}:{protocols.get(name, 'PLAINTEXT')}" for name in [*self.ports, "CONTROLLER"]),
        }

    @staticmethod
    def _tokens():
        """OAUTHBEARER as Kafka has it for development: whoever shows a token that nobody has signed is believed, if it has
        not ended and has the scope. PLAIN beside it."""
        listener, bearer = "listener.name.tokens", f"{MODULES}.oauthbearer"
        return {
            f"{listener}.sasl.enabled.mechanisms": "OAUTHBEARER,PLAIN",
            f"{listener}.oauthbearer.sasl.jaas.config":
                f'{bearer}.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker" '
                'unsecuredValidatorRequiredScope="kafka";',
            f"{listener}.oauthbearer.sasl.server.callback.handler.class":
                f"{bearer}.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler",
            f"{listener}.oauthbearer.connections.max.reauth.ms": SESSION_MS,
            f"{listener}.plain.sasl.jaas.config":
                f'{MODULES}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";',
            f"{listener}.plain.connections.max.reauth.ms": SESSION_MS,
        }

    def properties(self, listener, *lines, at=None):
        """A file of settings as for Kafka's own clients."""
        lines = [f"bootstrap.servers={at or self.at(listener)}", *lines]
        return written(self.folder, "client.properties", "\n".join(lines) + "\n")

    def with_token(self, token):
        """The settings of a Java client whose token somebody else has put into a file."""
        file = written(self.folder, "token.jwt", token + "\n")
        return self.bearer(f"sasl.oauthbearer.token.endpoint.url=file://{file}",
                           f"sasl.jaas.config={MODULES}.oauthbearer.OAuthBearerLoginModule required;")

    def with_credentials(self, secret=CLIENT_SECRET, path="/token", scope="kafka"):
        """The settings of a Java client that asks the identity provider for its tokens."""
        return self.bearer(f"sasl.oauthbearer.token.endpoint.url={self.provider.url}{path}",
                           f"sasl.jaas.config={MODULES}.oauthbearer.OAuthBearerLoginModule required "
                           f'clientId="{CLIENT_ID}" clientSecret="{secret}" scope="{scope}";')

    def bearer(self, *lines):
        handler = f"sasl.login.callback.handler.class={MODULES}.oauthbearer.OAuthBearerLoginCallbackHandler"
        return self.properties("TOKENS", "security.protocol=SASL_PLAINTEXT", "sasl.mechanism=OAUTHBEARER", handler, *lines)

    def with_password(self):
        jaas = f'{MODULES}.plain.PlainLoginModule required username="{USER}" password="{PASSWORD}";'
        return self.properties("TOKENS", "security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN", f"sasl.jaas.config={jaas}")

    def with_certificate(self, identity=None):
        """The settings of a Java client that shows a certificate, or none."""
        lines = ["security.protocol=SSL", "ssl.truststore.type=PEM", f"ssl.truststore.location={self.certificate}"]
        lines += ["ssl.keystore.type=PEM", f"ssl.keystore.location={identity}"] if identity else []
        return self.properties("CERTIFICATES", *lines)

    def millpond(self, *arguments, stdin="", code=0, env=None):
        done = subprocess.run([bed.millpond_binary(), *map(str, arguments)], input=stdin, capture_output=True, text=True,
                              timeout=60, env=os.environ | (env or {}))
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def walked(self, config, secret=None):
        """What `connections test` tells: stage -> state, and its last word."""
        home = {"XDG_CONFIG_HOME": tempfile.mkdtemp(dir=self.folder)}
        self.millpond("connections", "add", "--file", config, "--name", "it", "--secrets", "ask", env=home)
        command = [bed.millpond_binary(), "connections", "test", "it", "--json"]
        command += ["--secret-file", written(self.folder, "secret", secret + "\n")] if secret else []
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | home)
        told = json.loads(done.stdout)
        assert told["passed"] == (done.returncode == 0), (told, done.returncode)
        return {step["stage"]: step["state"] for step in told["steps"]}, done.stderr

    def stop(self):
        self.provider.stop()
        self.relay.stop()
        self.broker.stop()


def token(life=3600, scope="kafka", subject="orders-app"):
    """A JSON web token that nobody has signed (RFC 7519, 6), which ends after `life` seconds."""
    now = time.time()
    claims = {"sub": subject, "iat": now - 7200, "exp": now + life, "scope": scope}
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)]
    return ".".join(encoded) + "."


class Provider:
    """An OpenID provider's token endpoint: one client, one secret. At `/short` its tokens end after some seconds, at `/old`
    they have ended before."""

    LIVES = {"/token": 3600, "/short": 3, "/old": -60}

    def __init__(self):
        provider = self
        self.issued = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, answer = provider.answer(self.path, self.headers.get("Authorization", ""), body)
                said = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path, who, body):
        """RFC 6749, 4.4 and 5."""
        asked = urllib.parse.parse_qs(body)
        expected = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if path not in self.LIVES:
            return 404, {"error": "not_found"}
        if who != expected:
            return 401, {"error": "invalid_client", "error_description": "Invalid client or Invalid client credentials"}
        if asked.get("grant_type") != ["client_credentials"]:
            return 400, {"error": "unsupported_grant_type"}
        life = self.LIVES[path]
        self.issued += 1
        return 200, {"access_token": token(life, asked.get("scope", [""])[0]), "token_type": "Bearer", "expires_in": max(life, 1)}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Relay:
    """Carries bytes to another port, and counts the connections, and those that the far side was the first to close."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.opened, self.closed_far, self.target = 0, 0, None

    def to(self, port):
        self.target = port
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                self.opened += 1
                far = socket.create_connection(("127.0.0.1", self.target))
                ended = threading.Event()
                threading.Thread(target=self._carry, args=(near, far, ended), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, ended, True), daemon=True).start()

    def _carry(self, one, other, ended, is_far=False):
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
        self.closed_far += is_far and not ended.is_set()
        ended.set()
        for side in (one, other):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def stop(self):
        self.listener.close()


class Authority:
    """Signs certificates of clients."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.certificate, self.key = (os.path.join(folder, f"{name}.{end}") for end in ("pem", "key"))
        openssl("req", "-x509", *NEW_KEY, "-keyout", self.key, "-out", self.certificate, "-days", "2", "-subj", f"/CN={name}")

    def identity(self, who):
        """One file of key and certificate, as Java's clients take it for a keystore."""
        key, request, path = (os.path.join(self.folder, f"{self.name}-{who}.{end}") for end in ("key", "csr", "pem"))
        openssl("req", *NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={who}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", "2",
                "-out", path)
        with open(path, "a", encoding="utf-8") as file, open(key, encoding="utf-8") as added:
            file.write(added.read())
        return path


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
