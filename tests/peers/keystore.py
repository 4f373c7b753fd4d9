"""The secrets of Millpond's connections in the desktop's real key store: GNOME's, through the Secret Service, on a session bus
of its own, with what `secret-tool` sees of it.

    keystore.py [PART OF A CASE'S TITLE...]
"""
import json
import os
import subprocess
import sys
import tempfile

import bed
import secure_bed

# Set in the process that runs on a bus of its own: the folder for everything.
FOLDER = "PEERS_KEYSTORE"
# A bus on which nobody is started: the desktop of who runs this is left alone.
BARE_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default"><allow send_destination="*"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


class Desk:
    """Somebody's folders, his key store, and a cluster with the user ann."""

    def __init__(self, folder):
        self.folder = folder
        self.access = secure_bed.Access("millpond", folder)
        # It goes on by itself in the background, until its bus ends.
        unlock = ["gnome-keyring-daemon", "--unlock", "--components=secrets"]
        subprocess.run(unlock, input="the pass word of the login", text=True, check=True, stdout=subprocess.DEVNULL)
        asked = ("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets")
        bed.until(lambda: "true" in call(*asked), "the key store", 30)

    def millpond(self, *arguments, code=0, before=(), env=None):
        done = subprocess.run([*before, bed.millpond_binary(), *arguments], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, env=os.environ | (env or {}))
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        assert secure_bed.PASSWORDS["ann"] not in done.stdout + done.stderr, (done.stdout, done.stderr)
        # A bus that was started for it speaks first.
        return done.stdout if code == 0 else done.stderr.splitlines()[-1]

    def add(self, name, **more):
        return self.millpond("connections", "add", "--file", self.access.properties(), "--name", name, **more)

    def names(self):
        return [row["name"] for row in json.loads(self.millpond("connections", "list", "--json"))]

    def kept(self):
        """What secret-tool finds of ours: the secrets."""
        search = ["secret-tool", "search", "--all", "service", "millpond"]
        found = subprocess.run(search, capture_output=True, text=True)
        return [line.removeprefix("secret = ") for line in found.stdout.splitlines() if line.startswith("secret = ")]


def stored_read_forgotten(desk):
    assert not desk.kept()
    desk.add("Kept")
    assert desk.kept() == [secure_bed.PASSWORDS["ann"]], desk.kept()
    with open(os.path.join(os.environ["XDG_CONFIG_HOME"], "millpond", "connections.json"), encoding="utf-8") as file:
        text = file.read()
    assert "Kept" in text and "s3cret" not in text, text
    desk.millpond("--connection", "Kept", "topics", "create", "orders")
    assert "orders" in desk.millpond("--connection", "Kept", "topics", "list")
    desk.millpond("connections", "test", "Kept")
    desk.millpond("connections", "remove", "Kept")
    assert not desk.kept() and not desk.names(), (desk.kept(), desk.names())


def locked(desk):
    """Nobody is there to unlock it: that is said, with what else can be done; nothing is kept by halves, nothing forgotten."""
    desk.add("Locked")
    lock("login")
    for arguments in (("--connection", "Locked", "topics", "list"), ("connections", "remove", "Locked")):
        said = desk.millpond(*arguments, code=1)
        assert "the system's key store is locked" in said and "--secrets encrypted-file, or --secrets ask" in said, said
    assert "is locked" in desk.add("Another", code=1)
    assert desk.names() == ["Locked"], desk.names()


def lock(collection):
    """As a desktop does when its owner goes."""
    call("org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock",
         f"array:objpath:/org/freedesktop/secrets/collection/{collection}")


def call(whom, *what):
    command = ["dbus-send", "--session", "--print-reply", f"--dest={whom}", *what]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def absent(desk):
    """No session bus, or nobody on it who keeps secrets."""
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={desk.folder}/nothing"}
    for more in ({"env": nowhere}, {"before": session(desk.folder)}):
        said = desk.add("Absent", code=1, **more)
        assert "this system has no key store" in said and "--secrets encrypted-file, or --secrets ask" in said, said
    assert "Absent" not in desk.names()
    # What does without goes on.
    password = secure_bed.written(desk.folder, "password", secure_bed.PASSWORDS["ann"] + "\n")
    desk.millpond("connections", "add", "--file", desk.access.properties(), "--name", "Asks", "--secrets", "ask", env=nowhere)
    desk.millpond("connections", "test", "Asks", "--secret-file", password, env=nowhere)
    desk.millpond("connections", "remove", "Asks", env=nowhere)


def suite(report, desk):
    report.case("a secret is stored, read and forgotten", stored_read_forgotten, desk)
    report.case("without a key store that is said", absent, desk)
    report.case("a locked key store is told", locked, desk)


def session(folder):
    """What runs a command on a session bus of its own."""
    return ["dbus-run-session", f"--config-file={secure_bed.written(folder, 'bus.conf', BARE_BUS)}", "--"]


def on_a_bus(folder):
    """The same once more, as somebody who has logged in with folders of his own."""
    places = {"HOME": folder}
    for name in ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "RUNTIME_DIR"):
        places[f"XDG_{name}"] = os.path.join(folder, name.lower())
        os.mkdir(places[f"XDG_{name}"], mode=0o700)
    command = [*session(folder), sys.executable, *sys.argv]
    return subprocess.run(command, env=os.environ | places | {FOLDER: folder}).returncode


def main():
    folder = os.environ.get(FOLDER)
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="peers-") as folder:
            sys.exit(on_a_bus(folder))
    arguments = sys.argv[1:]
    if arguments[:1] == ["--broker"]:
        arguments = arguments[2:]
    report = bed.Suite("keystore", arguments)
    desk = Desk(folder)
    try:
        suite(report, desk)
    finally:
        desk.access.broker.stop()
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
