"""Secrets are planted wherever they may come from; then everything that the program writes is searched for them."""

import base64
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from authority import APPLICATION, TENANT
from keyring_file import FileKeyring, NoKeyring
from nameserver import NameServer
from program import Done, Program, workspace
from scripted import ScriptedServer

from pscb_mail.settings import Signin
from pscb_mail.signin.entrances import Account
from pscb_mail.signin.grant import Grant
from pscb_mail.signin.keeping import Safe
from pscb_mail.signin.outside import Backend, Keyring, Outside

USER = "newsletter@pscb.test"
CANARY = "canary-8c1f-hunter2"
KIT = Path(__file__).parents[1] / "kit"
OFFERS = b"250-scripted.test\r\n250-AUTH PLAIN LOGIN XOAUTH2\r\n250 SIZE 10000000\r\n"
FORMS = [
    form
    for secret in (CANARY, f"{CANARY}-refresh", f"{CANARY}-client")
    for form in (
        secret.encode(),
        base64.b64encode(secret.encode()),
        base64.b64encode(f"\0{USER}\0{secret}".encode()),
        base64.b64encode(f"user={USER}\1auth=Bearer {secret}\1\1".encode()),
        secret.encode("utf-16-le"),
    )
]


def says_back(connection: object) -> None:
    """A relay that quotes what it was told: the worst that can be in an error."""
    for form in FORMS[:4]:
        connection.sendall(b"535-5.7.8 you said " + form + b"\r\n")
    connection.sendall(b"535 5.7.8 and that is wrong\r\n")


def processes_show_nothing(connection: object) -> None:
    """Look at every process while a secret is in use."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        assert CANARY.encode() not in line, line
    connection.sendall(b"235 2.7.0 welcome\r\n")


@pytest.fixture
def relay() -> Iterator[ScriptedServer]:
    with ScriptedServer(acts={"EHLO": OFFERS, "AUTH": processes_show_nothing}) as server:
        yield server


def newsroom(folder: Path, relay: ScriptedServer, auth: str, more: str = "") -> Program:
    """Return a workspace with an issue and three readers."""
    program = workspace(
        folder,
        relay=f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"\nauth = "{auth}"\n{more}',
        mailbox=f'source = "imap://newsletter%40pscb.test@127.0.0.1:{relay.port}/INBOX"\nauth = "{auth}"\n{more}',
        more=f'\n[signin]\ntenant = "{TENANT}"\napplication = "{APPLICATION}"\n',
    )
    copyfile(Path(__file__).parents[2] / "issues" / "issue-18.md", folder / "issues" / "issue-18.md")
    (folder / "people.csv").write_text("name,address\n" + "".join(f"R{n},r{n}@school.test\n" for n in range(3)))
    program.env.update(PYTHON_KEYRING_BACKEND="keyring_file.NoKeyring", PYTHONPATH=str(KIT))
    return program


def everything_done(program: Program, relay: ScriptedServer, trouble: str = "you said ***") -> list[Done]:
    """Use the program as one does, well and badly, and look at everything; return all that it said."""
    done = sent_and_refused(program, relay, trouble)
    done += [program.forked("log", "18", "--json"), program.forked("show", "r1@school.test"), program.forked("backup")]
    relay.acts["AUTH"] = says_back
    with NameServer("", connected=False) as names:
        talk = ("doctor", "--verbose", "--name-server", f"127.0.0.1:{names.port}")
        done += [program.forked(*talk, expect=None)]
    assert "> AUTH PLAIN ***" in done[-1].err
    return [*done, program.forked("status"), program.forked()]


def sent_and_refused(program: Program, relay: ScriptedServer, trouble: str = "you said ***") -> list[Done]:
    """Do what a secret is needed for, well and badly; return all that the program said."""
    done = [program.forked("import", "people.csv", "--yes")]
    relay.acts["AUTH"] = says_back
    done += [program.forked("send", "18", "--yes", expect=None)]
    relay.acts["AUTH"] = processes_show_nothing
    done += [
        program.forked("test", "18"),
        program.forked("send", "18", "--yes", "--json"),
        program.forked("inbox", expect=None),
    ]
    assert len(relay.taken) >= 4
    assert any(trouble in each.err for each in done)
    return done


def leaks(folder: Path, done: list[Done], allowed: set[Path] = frozenset()) -> list[str]:
    """Return where the secret stands: on standard output or error, in a file under the folder, in the database."""
    files = [path for path in folder.rglob("*") if path.is_file() and path not in allowed]
    assert {"pscb-mail.db", "pscb-mail.toml"} <= {path.name for path in files}
    with closing(sqlite3.connect(folder / "pscb-mail.db")) as db:
        searched = {"the database": "\n".join(db.iterdump()).encode()}
    searched |= {path.name: path.read_bytes() for path in files}
    searched |= {f"screen {n}": (each.out + each.err).encode("utf-8", "surrogateescape") for n, each in enumerate(done)}
    return [where for where, raw in searched.items() if any(form in raw for form in FORMS)]


@pytest.mark.parametrize("form", FORMS[:5], ids=["plain", "base64", "PLAIN", "XOAUTH2", "UTF-16"])
def test_the_search_finds_whatever_is_planted_for_it(tmp_path: Path, form: bytes) -> None:
    """On the screen, in a file of any name, in a folder below, in the database: so that finding nothing means something."""
    program = workspace(tmp_path / "w")
    done = program("list", "--json")
    assert leaks(program.folder, [done]) == []
    said = form.decode("utf-8", "surrogateescape")
    assert leaks(program.folder, [Done(0, said, ""), Done(0, "", f"x{said}")]) == ["screen 0", "screen 1"]
    leak = program.folder / "issues" / "leak.tmp"
    leak.write_bytes(b"\0" + form)
    assert leaks(program.folder, [done]) == ["leak.tmp"]
    leak.unlink()
    with closing(sqlite3.connect(program.folder / "pscb-mail.db")) as db:
        db.execute("INSERT INTO fact VALUES ('leak', ?)", (said,))
        db.commit()
    assert leaks(program.folder, [done])


def test_a_secret_in_the_process_list_is_seen(tmp_path: Path) -> None:
    """The relay that looks at every process finds one that shows it."""
    command = [sys.executable, "-c", "print(flush=True); input()", CANARY]
    shown = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    shown.stdout.readline()  # before a program runs, the kernel may not show its arguments yet
    try:
        with pytest.raises(AssertionError, match=CANARY):
            processes_show_nothing(None)
    finally:
        shown.communicate(b"\n")


def test_a_password_from_the_environment_is_nowhere(tmp_path: Path, relay: ScriptedServer) -> None:
    """Sent, refused with the secret said back, read, backed up."""
    program = newsroom(tmp_path / "w", relay, "password")
    program.env.update(PSCB_MAIL_RELAY_PASSWORD=CANARY, PSCB_MAIL_MAILBOX_PASSWORD=CANARY)
    assert leaks(program.folder, everything_done(program, relay)) == []


def test_a_password_from_a_command_is_nowhere(tmp_path: Path, relay: ScriptedServer) -> None:
    """Nor in the process list, where a command's arguments stand."""
    (tmp_path / "secret").write_text(CANARY + "\n")
    program = newsroom(tmp_path / "w", relay, "password", f'password_command = "cat {tmp_path}/secret"')
    assert leaks(program.folder, sent_and_refused(program, relay)) == []


def test_a_password_that_login_stores_is_in_the_keyring_alone(tmp_path: Path, relay: ScriptedServer) -> None:
    """Typed in, used, forgotten; afterwards it is not even there."""
    program = newsroom(tmp_path / "w", relay, "password")
    keyring = tmp_path / "keyring.json"
    program.env.update(PYTHON_KEYRING_BACKEND="keyring_file.FileKeyring", PSCB_TEST_KEYRING=str(keyring))
    done = [program.forked("login", door, given=f"{CANARY}\n") for door in ("relay", "mailbox")]
    assert keyring.read_text().count(CANARY) == 2
    done += sent_and_refused(program, relay)
    done += [program.forked("logout")]
    assert CANARY not in keyring.read_text()
    assert leaks(program.folder, done) == []


@pytest.mark.parametrize("kept", ["keyring", "file"])
def test_a_token_is_where_it_is_kept_alone(kept: str, tmp_path: Path, relay: ScriptedServer) -> None:
    """In the keyring, or in the one private file; `logout` empties both."""
    program = newsroom(tmp_path / "w", relay, "google")
    backend: Backend = FileKeyring(tmp_path / "keyring.json") if kept == "keyring" else NoKeyring()
    if kept == "keyring":
        program.env.update(
            PYTHON_KEYRING_BACKEND="keyring_file.FileKeyring", PSCB_TEST_KEYRING=str(tmp_path / "keyring.json")
        )
    own = program.folder / ".local" / "share" / "pscb-mail"
    who = Account("google", Signin(tenant=TENANT, application=APPLICATION), USER, ("relay", "mailbox"))
    safe = Safe(who.name, Outside(environment={}, folder=own, keyring=Keyring(backend), protection=None))
    now = datetime.now(UTC)
    state = f'{{"refresh_token": "{CANARY}-refresh", "client_secret": "{CANARY}-client"}}'
    safe.save(Grant(USER, ("https://mail.google.com/",), now + timedelta(hours=1), now, None, CANARY, state))
    # When the relay turns the token down a renewal is tried, and no authority can be reached.
    program.env.update(HTTPS_PROXY="http://127.0.0.1:1")
    done = sent_and_refused(program, relay, "oauth2.googleapis.com cannot be reached")
    allowed = {safe.path} if kept == "file" else set()
    assert leaks(program.folder, done, allowed) == []
    done = [program.forked("logout")]
    assert "Forgotten" in done[0].out
    assert leaks(program.folder, done) == []
    assert not safe.path.exists()


def test_a_password_is_not_stored_without_a_keyring(tmp_path: Path, relay: ScriptedServer) -> None:
    """78, with the other ways; and nothing at all is no password: 2."""
    program = newsroom(tmp_path / "w", relay, "password")
    refused = program.forked("login", "relay", given=f"{CANARY}\n", expect=78)
    assert "PSCB_MAIL_RELAY_PASSWORD" in refused.err
    assert "Nothing was given" in program.forked("login", "relay", given="", expect=2).err
    program.forked("import", "people.csv", "--yes")
    assert leaks(program.folder, [refused]) == []
