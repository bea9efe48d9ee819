"""The mailbox on a real Dovecot: read, act, file; read again, and nothing happens; and whatever may go wrong with it."""

import contextlib
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cutting import CuttingProxy
from dovecot import PASSWORD, Dovecot, running_dovecot
from mailroom import KEY, Mailroom
from program import workspace

from pscb_mail.errors import Exit, PscbMailError
from pscb_mail.imap import KEYWORD, Imap, MailboxAwayError, MailboxRefusesError, parse_place
from pscb_mail.mailbox.folder import BATCH
from pscb_mail.mailbox.messages import Source
from pscb_mail.mailbox.sources import open_source
from pscb_mail.people.subscriber import Status

pytestmark = pytest.mark.real

JO = "jo@school.test"


@pytest.fixture(scope="module")
def shared() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot(shared: Dovecot) -> Dovecot:
    """The server, its folders emptied."""
    with shared.client() as client:
        for folder in ("INBOX", "Newsletter/Done"):
            if client.folder_exists(folder):
                client.select_folder(folder)
                client.delete_messages(client.search())
                client.expunge()
                client.close_folder()
    return shared


@pytest.fixture
def room(tmp_path: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Mailroom:
    """Issue 18, sent to Jo; the settings name the mailbox on Dovecot, over TLS."""
    monkeypatch.setenv("PSCB_MAIL_MAILBOX_PASSWORD", PASSWORD)
    room = Mailroom(tmp_path, {"source": dovecot.url(tls=True), "ca_file": str(dovecot.ca_file)})
    return room.sent("issue-18", f"Jo Bloggs <{JO}>", "Ann <ann@school.test>")


def test_a_reply_is_read_acted_on_and_moved(room: Mailroom, dovecot: Dovecot) -> None:
    """Jo is off the list, her message lies in Newsletter/Done, unread as it was, and reading again does nothing."""
    dovecot.append(room.pressed("issue-18", JO))
    [entry] = room.read().entries
    assert (entry.source.isdigit(), str(entry.kind), entry.done, entry.address) == (True, "opt_out", "opted_out", JO)
    assert room.status(JO) is Status.OPTED_OUT
    assert dovecot.subjects() == []
    assert len(dovecot.subjects("Newsletter/Done")) == 1
    assert b"\\Seen" not in dovecot.flags("Newsletter/Done")[0]
    assert room.read().entries == ()
    assert len(dovecot.subjects("Newsletter/Done")) == 1


def test_what_is_left_in_the_inbox_stays_unread_and_is_not_read_again(room: Mailroom, dovecot: Dovecot) -> None:
    """A question is left for a person; the next reading begins after it."""
    dovecot.append(room.reply(JO, "Re: issue-18 is out", "Which room is the workshop in?"))
    assert [entry.done for entry in room.read().entries] == ["left"]
    assert b"\\Seen" not in dovecot.flags()[0]
    assert room.read().read == 0
    dovecot.append(room.pressed("issue-18", JO))
    assert [entry.done for entry in room.read().entries] == ["opted_out"]
    assert len(dovecot.subjects()) == 1


def test_a_new_uidvalidity_means_that_all_is_read_again_and_nothing_done_twice(
    room: Mailroom, dovecot: Dovecot
) -> None:
    """After the folder was made anew its UIDs say nothing; the keys in the journal still do."""
    question = room.reply(JO, "Re: issue-18 is out", "Which room is the workshop in?")
    url = dovecot.url("Replies", tls=True)
    validities = set()
    for done in ("left", "again"):
        with dovecot.client() as client:
            if client.folder_exists("Replies"):
                client.delete_folder("Replies")
            client.create_folder("Replies")
        dovecot.append(question, "Replies")
        assert [entry.done for entry in room.read(url).entries] == [done]
        validities.add(room.db.execute("SELECT uidvalidity FROM reading").fetchone())
    assert len(validities) == 2
    assert room.db.execute("SELECT count(*) FROM finding").fetchone() == (1,)
    assert room.read(url).read == 0


def test_a_day_given_reads_what_was_read_before(room: Mailroom, dovecot: Dovecot) -> None:
    """--since looks back behind the bookmark; what was handled stays handled."""
    dovecot.append(room.reply(JO, "Re: issue-18 is out", "Which room is the workshop in?"))
    room.read()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert [entry.done for entry in room.read(since=yesterday).entries] == ["again"]
    assert room.read(since=yesterday + timedelta(days=3)).read == 0


@pytest.mark.parametrize("read_before", [True, False])
def test_what_lies_before_a_day_given_is_read_by_the_next_reading(
    room: Mailroom, dovecot: Dovecot, read_before: bool
) -> None:
    """--since leaves out mail that nobody read yet: an opt-out among it is not lost, the bookmark stays before it."""
    if read_before:
        room.read()
    now = datetime.now(UTC)
    room.db.execute("UPDATE mailing SET started_at = '2026-01-01T00:00:00Z'")
    room.db.conn.commit()
    with dovecot.client() as client:
        client.append("INBOX", room.pressed("issue-18", JO), msg_time=now - timedelta(days=5))
        client.append("INBOX", room.pressed("issue-18", "ann@school.test"), msg_time=now)
    assert [entry.address for entry in room.read(since=now - timedelta(days=1)).entries] == ["ann@school.test"]
    assert [entry.address for entry in room.read().entries] == [JO]
    assert (room.status(JO), dovecot.subjects()) == (Status.OPTED_OUT, [])


def test_mail_older_than_the_workspace_is_not_looked_at(room: Mailroom, dovecot: Dovecot) -> None:
    """It counts when it arrived, not what its Date says."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0)
    with dovecot.client() as client:
        client.append("INBOX", room.pressed("issue-18", JO), msg_time=midnight - timedelta(days=400))
        client.append("INBOX", room.pressed("issue-18", JO), msg_time=midnight - timedelta(seconds=1))
    assert room.read().read == 0
    assert room.status(JO) is Status.ACTIVE
    room.read(since=datetime.now(UTC) - timedelta(days=500))
    assert room.status(JO) is Status.OPTED_OUT


def test_a_dry_run_opens_the_folder_for_reading_alone(room: Mailroom, dovecot: Dovecot) -> None:
    """It says what it would do and leaves mailbox and database as they are."""
    dovecot.append(room.pressed("issue-18", JO))
    [entry] = room.read(dry_run=True).entries
    assert (entry.done, room.status(JO)) == ("opted_out", Status.ACTIVE)
    assert len(dovecot.subjects()) == 1
    assert room.db.execute("SELECT count(*) FROM incoming").fetchone() == (0,)


def test_many_messages_come_in_batches_each_once(room: Mailroom, dovecot: Dovecot) -> None:
    """More than one batch, filed while the next is fetched."""
    for number in range(25):
        dovecot.append(room.reply(JO, f"Question {number}", f"Question number {number}?"))
    dovecot.append(room.pressed("issue-18", JO))
    reading = room.read()
    assert (reading.read, len({entry.id for entry in reading.entries})) == (26, 26)
    assert room.status(JO) is Status.OPTED_OUT
    assert len(dovecot.subjects()) == 25


def test_a_folder_that_may_only_be_read_is_told_before_anything_is_done(room: Mailroom, dovecot: Dovecot) -> None:
    """Nobody is taken off while the message could not be filed; a dry run still works."""
    dovecot.append(room.pressed("issue-18", JO))
    rights = dovecot.maildir / "dovecot-acl"
    rights.write_text("owner lr\n")
    try:
        with pytest.raises(MailboxRefusesError, match="can only be read") as caught:
            room.read()
        assert "--dry-run" in caught.value.hint
        assert room.status(JO) is Status.ACTIVE
        assert [entry.done for entry in room.read(dry_run=True).entries] == ["opted_out"]
    finally:
        rights.unlink()


def test_a_folder_that_is_gone_is_told(room: Mailroom, dovecot: Dovecot) -> None:
    """With its name, and where that is set."""
    with pytest.raises(MailboxRefusesError, match="does not open the folder Vanished") as caught:
        room.read(dovecot.url("Vanished", tls=True))
    assert caught.value.exit_code == Exit.SETTINGS


def test_a_wrong_password_is_told_and_not_repeated(
    room: Mailroom, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's name is in the error, the password is not."""
    monkeypatch.setenv("PSCB_MAIL_MAILBOX_PASSWORD", "not-the-password")
    with pytest.raises(MailboxRefusesError, match=r"does not let newsletter@pscb\.test in") as caught:
        room.read()
    assert "not-the-password" not in caught.value.message + caught.value.hint
    assert caught.value.exit_code == Exit.SETTINGS


def test_a_certificate_of_nobody_we_know_ends_it_before_the_password_leaves(room: Mailroom, tmp_path: Path) -> None:
    """Another authority, or the system's own: no connection."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    for ca_file in (str(other), ""):
        room.settings["ca_file"] = ca_file
        with pytest.raises(MailboxRefusesError, match=r"certificate of 127\.0\.0\.1:.* cannot be trusted"):
            room.read()


def test_a_server_that_is_away_is_not_now(room: Mailroom) -> None:
    """75: nothing was lost, run it again."""
    with pytest.raises(MailboxAwayError) as caught:
        room.read("imap://newsletter%40pscb.test@127.0.0.1:1/INBOX")
    assert caught.value.exit_code == Exit.NOT_NOW


@pytest.mark.parametrize("at", [b"SEARCH", b"FETCH", b"MOVE"])
@pytest.mark.parametrize("carried_out", [False, True])
def test_a_line_that_breaks_once_is_taken_up_again(
    room: Mailroom, dovecot: Dovecot, at: bytes, carried_out: bool
) -> None:
    """Before the server hears a command, or before we hear its answer: the message is handled and filed once."""
    dovecot.append(room.pressed("issue-18", JO))
    with CuttingProxy(dovecot.plain, at, carried_out=carried_out) as proxy:
        [entry] = room.read(dovecot.url(port=proxy.port)).entries
        assert (entry.done, proxy.cuts, proxy.connections) == ("opted_out", 1, 2)
    assert (dovecot.subjects(), len(dovecot.subjects("Newsletter/Done"))) == ([], 1)
    assert room.db.execute("SELECT count(*) FROM change WHERE command = 'inbox'").fetchone() == (1,)


def test_a_server_that_closes_after_fetch_and_before_move_does_no_harm(room: Mailroom, dovecot: Dovecot) -> None:
    """The act is committed before the message is moved; run again, the message is moved and nothing done a second time."""
    dovecot.append(room.pressed("issue-18", JO))
    with CuttingProxy(dovecot.plain, b"MOVE", times=2) as proxy:
        with pytest.raises(MailboxAwayError, match="filed in"):
            room.read(dovecot.url(port=proxy.port))
        assert room.status(JO) is Status.OPTED_OUT
        assert len(dovecot.subjects()) == 1
        assert [entry.done for entry in room.read(dovecot.url(port=proxy.port)).entries] == ["again"]
    assert (dovecot.subjects(), len(dovecot.subjects("Newsletter/Done"))) == ([], 1)
    assert room.db.execute("SELECT count(*) FROM change WHERE command = 'inbox'").fetchone() == (1,)
    assert room.outbox() == [("confirmed", JO, "waiting")]


def opened(room: Mailroom, url: str) -> Source:
    return open_source(url, room.all_settings, room.folder)


def test_messages_that_another_program_takes_away_meanwhile_are_no_fault(room: Mailroom, dovecot: Dovecot) -> None:
    """Gone between the search and the fetch, or between the fetch and the filing: the others are read and filed."""
    for number in range(BATCH + 2):
        dovecot.append(room.reply(JO, f"Question {number}", "Which room?"))
    with contextlib.closing(opened(room, dovecot.url(tls=True))) as source:
        messages = source.messages(None, None)
        first, second = next(messages), next(messages)
        with dovecot.client() as client:
            client.select_folder("INBOX")
            client.delete_messages([int(first.source), int(second.source) + BATCH - 1])
            client.expunge()
        assert len(list(messages)) == BATCH - 1
        source.file(first)
        source.file(second)
    assert len(dovecot.subjects("Newsletter/Done")) == 1
    assert len(dovecot.subjects()) == BATCH - 1


@pytest.mark.parametrize("anew", [False, True])
def test_a_folder_that_vanishes_while_it_is_read_ends_the_reading_with_a_sentence(
    room: Mailroom, dovecot: Dovecot, anew: bool
) -> None:
    """A folder of the same name is not gone on with: its UIDs mean other messages."""
    with dovecot.client() as client:
        if not client.folder_exists("Vanishing"):
            client.create_folder("Vanishing")
    for number in range(BATCH + 2):
        dovecot.append(room.reply(JO, f"Question {number}", "Which room?"), "Vanishing")
    with contextlib.closing(opened(room, dovecot.url("Vanishing", tls=True))) as source:
        messages = source.messages(None, None)
        next(messages)
        with dovecot.client() as client:
            client.delete_folder("Vanishing")
            if anew:
                client.create_folder("Vanishing")
                client.append("Vanishing", room.pressed("issue-18", JO))
        with pytest.raises(PscbMailError, match="Vanishing was made anew" if anew else "folder Vanishing") as caught:
            list(messages)
        assert caught.value.exit_code == (Exit.NOT_NOW if anew else Exit.SETTINGS)
    assert len(dovecot.subjects("Vanishing")) == anew


def test_whoever_waits_can_be_stopped_at_once(room: Mailroom, dovecot: Dovecot) -> None:
    """Ctrl-C is not kept waiting for the server, and what the server says meanwhile is not lost."""
    asked = iter((False, False, True))
    began = time.monotonic()
    with contextlib.closing(opened(room, dovecot.url(tls=True))) as source:
        assert list(source.messages(None, None)) == []
        assert source.wait(60, lambda: next(asked)) is False
        assert time.monotonic() - began < 30
        dovecot.append(room.pressed("issue-18", JO))
        assert source.wait(60, lambda: False) is True
        assert time.monotonic() - began < 30


def test_the_folder_for_handled_mail_is_looked_for_once_and_made_again_where_it_is_gone(
    room: Mailroom, dovecot: Dovecot
) -> None:
    """One question for each part of its name, not for each message; somebody may delete it while we read."""
    uids = [dovecot.append(room.pressed("issue-18", JO)) for _ in range(3)]
    with (
        CuttingProxy(dovecot.plain, b" LIST ", times=0) as proxy,
        contextlib.closing(Imap(parse_place(dovecot.url(port=proxy.port)), PASSWORD)) as imap,
    ):
        imap.select(read_only=False)
        for uid in uids[:2]:
            imap.file(uid, "Newsletter/Done")
        assert proxy.heard == 2
        with dovecot.client() as client:
            client.delete_folder("Newsletter/Done")
        imap.file(uids[2], "Newsletter/Done")
        assert proxy.heard == 4
    assert (dovecot.subjects(), len(dovecot.subjects("Newsletter/Done"))) == ([], 1)


def test_a_line_that_breaks_while_it_waits_is_taken_up_again(room: Mailroom, dovecot: Dovecot) -> None:
    """What came meanwhile is not missed."""
    with (
        CuttingProxy(dovecot.plain, b"IDLE") as proxy,
        contextlib.closing(opened(room, dovecot.url(port=proxy.port))) as source,
    ):
        assert list(source.messages(None, None)) == []
        assert source.wait(0.05) is False
        assert (proxy.cuts, proxy.connections) == (1, 2)
        dovecot.append(room.pressed("issue-18", JO))
        assert source.wait(1) is True


def test_a_server_without_move_gets_a_copy_and_a_keyword(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 6851 is not everywhere. The message stays, marked, and is not read again, not even with --since."""
    monkeypatch.setenv("PSCB_MAIL_MAILBOX_PASSWORD", PASSWORD)
    with running_dovecot(capability="IMAP4rev1 NAMESPACE") as server:
        room = Mailroom(tmp_path, {"source": server.url(tls=True), "ca_file": str(server.ca_file)})
        room.sent("issue-18", JO)
        server.append(room.pressed("issue-18", JO))
        assert [entry.done for entry in room.read().entries] == ["opted_out"]
        assert (len(server.subjects()), len(server.subjects("Newsletter/Done"))) == (1, 1)
        assert KEYWORD in server.flags()[0]
        assert room.read(since=datetime.now(UTC) - timedelta(days=2)).read == 0


def test_new_mail_is_announced_to_whoever_waits(room: Mailroom, dovecot: Dovecot) -> None:
    """IDLE: no polling where the server speaks up."""
    place = parse_place(dovecot.url())
    imap = Imap(place, PASSWORD)
    try:
        imap.select(read_only=True)
        assert imap.offers("IDLE")
        assert not imap.idle(0.05)
        dovecot.append(room.pressed("issue-18", JO))
        assert imap.idle(1)
    finally:
        imap.close()


def test_watching_reads_what_comes_as_it_comes(room: Mailroom, dovecot: Dovecot) -> None:
    """Until it is stopped, which is no fault."""
    program = workspace(room.folder, mailbox=f'source = "{dovecot.url(tls=True)}"\nca_file = "{dovecot.ca_file}"')
    (room.folder / "pscb-mail.key").write_bytes(KEY)
    program.env["PSCB_MAIL_MAILBOX_PASSWORD"] = PASSWORD
    watching = program.start("inbox", "--watch")
    try:
        for address in (JO, "ann@school.test"):
            dovecot.append(room.pressed("issue-18", address))
            deadline = time.monotonic() + 60
            while room.status(address) is not Status.OPTED_OUT and time.monotonic() < deadline:
                assert watching.poll() is None
                time.sleep(0.1)
            assert room.status(address) is Status.OPTED_OUT
    finally:
        watching.send_signal(signal.SIGINT)
    assert watching.wait(60) == 0


def test_folders_with_any_name_and_a_password_with_any_character(room: Mailroom, dovecot: Dovecot) -> None:
    """Modified UTF-7 and quoting are the library's business; we only refuse controls."""
    with dovecot.client() as client:
        if not client.folder_exists('Jö "&" Söhne'):
            client.create_folder('Jö "&" Söhne')
    dovecot.append(room.pressed("issue-18", JO), 'Jö "&" Söhne')
    url = dovecot.url("J%C3%B6%20%22%26%22%20S%C3%B6hne", tls=True)
    assert [entry.done for entry in room.read(url).entries] == ["opted_out"]


def test_a_filed_folder_with_a_line_break_never_reaches_the_wire(room: Mailroom) -> None:
    """The settings refuse it already; the connection does too (CVE-2025-15366)."""
    with pytest.raises(PscbMailError):
        Imap.file(object.__new__(Imap), 1, 'Done"\r\nA1 LOGOUT')
