"""A lost laptop: a backup brought back elsewhere, the mailbox asked what happened since, and nobody sent to twice."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from dovecot import PASSWORD, Dovecot, running_dovecot
from office import Office, office
from scripted import ScriptedServer

from pscb_mail import backups
from pscb_mail.database import HeldError, copied_over, transaction
from pscb_mail.desk import dispatch, forgetting, planning, restoring, settling, unsettled
from pscb_mail.errors import DatabaseError, NotNowError, UsageError
from pscb_mail.mailbox import answering, outbox, reading
from pscb_mail.mailbox.decision import Answer
from pscb_mail.mailbox.sources import open_source
from pscb_mail.people import changes, directory, roster, undoing
from pscb_mail.people.address import parse_address
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status
from pscb_mail.sending import ledger
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.delivery import State
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.sending.relays import relays_of
from pscb_mail.settings_file import read_settings
from pscb_mail.workspace import Workspace

JO, SAM, KIT, ANN, BEN, CY = (f"{name}@school.test" for name in ("jo", "sam", "kit", "ann", "ben", "cy"))
ALL = [JO, SAM, KIT, ANN, BEN, CY]


@pytest.fixture
def relay() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, relay: ScriptedServer) -> Iterator[Office]:
    """The laptop that will be lost: six people, no mailbox."""
    made = office(tmp_path, relay.port, *ALL)
    yield made
    made.db.close()


@pytest.fixture
def online(desk: Office, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The same with a mailbox on a real server, whose folders are empty."""
    monkeypatch.setenv("PSCB_MAIL_MAILBOX_PASSWORD", PASSWORD)
    with dovecot.client() as client:
        for folder in ("Sent", "Newsletter/Done", "INBOX"):
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.select_folder(folder)
            client.delete_messages(client.search())
            client.expunge()
    source = f'source = "{dovecot.url(tls=True)}"\nca_file = "{dovecot.ca_file}"'
    path = desk.workspace.folder / "pscb-mail.toml"
    path.write_text(path.read_text().replace('source = ""', source))
    desk.workspace = Workspace(desk.workspace.folder, read_settings(path))
    return desk


class Server:
    """Files what the relay takes into Sent, as Microsoft 365 does, each copy once."""

    def __init__(self, relay: ScriptedServer, dovecot: Dovecot) -> None:
        self._relay, self._dovecot, self._filed = relay, dovecot, 0

    def file(self) -> None:
        for _, _, message in self._relay.taken[self._filed :]:
            self._dovecot.append(message, "Sent")
        self._filed = len(self._relay.taken)


def latest(desk: Office) -> Path:
    """Write a backup and return it."""
    return desk.workspace.back_up("by-hand", desk.now()).path


def on_a_new_laptop(desk: Office, backup: Path, *, files: bool = True) -> Office:
    """Bring a backup back into an empty folder; the issues come from somebody's own copy."""
    folder = desk.workspace.folder.parent / "new"
    inside = restoring.look_into(backup)
    workspace = restoring.workspace_for(folder, inside.backup)
    if files:
        shutil.copytree(desk.workspace.issues, folder / "issues")
    restoring.bring_back(workspace, inside, desk.now())
    return Office(workspace, workspace.open_database(), desk.at)


def settle(desk: Office, *, unread: bool = False) -> settling.Settled:
    return settling.settle(desk.db, desk.workspace, desk.now, unread=unread)


def pressed(desk: Office, sender: str) -> bytes:
    """Return what the link in somebody's copy sends."""
    who = directory.by_address(desk.db, sender)
    assert who is not None
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = sender, "news@pscb.test", f"<out.{sender}>"
    message["Subject"] = f"unsubscribe {reference(desk.workspace.key(), Purpose.MAILING, 'issue-7', str(who.id))}"
    message.set_content(f"Take {sender} off the list, please.")
    return message.as_bytes()


def read_mailbox(desk: Office) -> None:
    """Do what `inbox` does, the answers included."""
    source = open_source("", desk.workspace.settings, desk.workspace.folder)
    found = reading.read(desk.db, source, reading.Means(desk.workspace.settings, desk.workspace.key(), desk.now))
    source.close()
    assert found.trouble is None
    through = relays_of(desk.workspace.settings)
    answering.deliver(desk.db, desk.workspace.settings, through, desk.now)


def copies(relay: ScriptedServer) -> Counter[str]:
    """Return how many copies of the issue each address got."""
    return Counter(recipient for _, recipient, message in relay.taken if b"\r\nList-Id:" in message)


def answers(relay: ScriptedServer) -> Counter[str]:
    return Counter(recipient for _, recipient, message in relay.taken if b"Auto-Submitted" in message)


def counts(desk: Office, issue: str = "issue-7") -> dict[str, int]:
    return {str(state): n for state, n in ledger.counts(desk.db, issue).items() if n}


@pytest.mark.real
def test_from_the_middle_of_a_mailing_nobody_is_sent_to_twice_and_no_opt_out_is_lost(
    online: Office, relay: ScriptedServer, dovecot: Dovecot
) -> None:
    """Two had it at the backup, two more got it since, one of these came off, and one who still waits for it, too.

    The mailbox was read before the backup, and one opt-out lay in Junk then.
    """
    server = Server(relay, dovecot)
    online.send(limit=2)
    online.at += timedelta(days=25)
    read_mailbox(online)
    backup = latest(online)
    online.send(limit=2)
    server.file()
    with dovecot.client() as client:
        for sender, day in ((ANN, timedelta(days=20)), (CY, timedelta())):
            client.append("INBOX", pressed(online, sender), msg_time=online.now() - day)
    read_mailbox(online)
    assert answers(relay) == {ANN: 1, CY: 1}
    new = on_a_new_laptop(online, backup)
    assert counts(new) == {"sent": 2, "unknown": 4}
    with pytest.raises(NotNowError, match="not settled"):
        new.send()
    done = settle(new)
    assert (done.settled, done.sent, done.again, done.opted_out, done.troubles) == (True, 2, 2, 2, ())
    assert counts(new) == {"sent": 4, "queued": 2}
    new.send()
    read_mailbox(new)
    assert copies(relay) == dict.fromkeys([JO, SAM, KIT, ANN, BEN], 1)
    assert answers(relay) == {ANN: 1, CY: 1}
    people = {each.address.text: each.status for each in directory.people(new.db)}
    assert {who for who, status in people.items() if status is Status.OPTED_OUT} == {ANN, CY}
    new.db.close()


@pytest.mark.real
def test_a_mailing_that_began_after_the_backup_is_known_again(
    online: Office, relay: ScriptedServer, dovecot: Dovecot
) -> None:
    """Whoever has it counts as sent; to whom else it was to go is asked, and nothing leaves before that."""
    backup = latest(online)
    online.send(limit=4)
    Server(relay, dovecot).file()
    new = on_a_new_laptop(online, backup)
    done = settle(new)
    assert (done.settled, done.begun, done.sent, done.in_doubt) == (True, ("issue-7",), 4, 2)
    new.send()
    assert sum(copies(relay).values()) == 4
    plan = planning.send_plan(new.db, new.workspace, "7", Audience())
    dispatch.dispatch(new.db, new.workspace, plan, dispatch.Order(requeue=State.UNKNOWN), new.means, "tester")
    assert copies(relay) == dict.fromkeys(ALL, 1)
    new.db.close()


@pytest.mark.real
def test_a_mailing_whose_file_is_lost_is_held_until_it_is_back(
    online: Office, relay: ScriptedServer, dovecot: Dovecot
) -> None:
    """It is known that it went out, and to whom, but not what: it is sent to nobody."""
    backup = latest(online)
    online.send(limit=4)
    Server(relay, dovecot).file()
    new = on_a_new_laptop(online, backup, files=False)
    done = settle(new)
    assert (done.settled, done.begun, done.held) == (True, (), ("issue-7",))
    with pytest.raises(UsageError, match="did go out") as caught:
        settling.not_sent(new.db, "issue-7")
    assert caught.value.hint.startswith("Bring issues/issue-7 back")
    shutil.copytree(online.workspace.issues, new.workspace.issues)
    with pytest.raises(UsageError, match="4 copies of issue-7 are in the Sent folder"):
        new.send()
    assert settle(new).begun == ("issue-7",)
    new.send()
    assert sum(copies(relay).values()) == 4
    new.db.close()


@pytest.mark.real
def test_those_who_were_added_to_a_mailing_later_count_as_sent_to(
    online: Office, relay: ScriptedServer, dovecot: Dovecot
) -> None:
    """`--joined` after the backup: the person is on the restored list, the copy was not in its ledger."""
    online.send()
    online.add("late@school.test")
    backup = latest(online)
    online.add("later@school.test")
    online.send(joined=True)
    Server(relay, dovecot).file()
    new = on_a_new_laptop(online, backup)
    done = settle(new)
    assert (done.sent, done.strangers) == (1, 1)
    new.send(joined=True)
    assert copies(relay) == dict.fromkeys([*ALL, "late@school.test", "later@school.test"], 1)
    new.db.close()


@pytest.mark.real
def test_who_joined_after_the_backup_is_missed_and_their_code_is_nobody_elses(
    online: Office, relay: ScriptedServer, dovecot: Dovecot
) -> None:
    """A number given twice would make one person's copy, and one person's opt-out, another's."""
    backup = latest(online)
    online.add("late@school.test")
    online.send()
    Server(relay, dovecot).file()
    new = on_a_new_laptop(online, backup)
    assert settle(new).strangers == 1
    came_off(online, "late@school.test")
    shutil.copy(backup, online.workspace.folder / "stick.zip")
    come_back(online, online.workspace.folder / "stick.zip")
    assert settle(online).strangers == 0
    new.add("other@school.test")
    new.send(joined=True)
    assert copies(relay)["other@school.test"] == 1
    new.db.close()


@pytest.mark.real
def test_a_sent_folder_that_cannot_be_read_keeps_the_bar_up(
    online: Office, relay: ScriptedServer, dovecot: Dovecot
) -> None:
    """What waited stays in doubt; giving up leaves it so, and lifts the bar for what comes after."""
    online.send(limit=2)
    backup = latest(online)
    online.send(limit=2)
    new = on_a_new_laptop(online, backup)
    settings = new.workspace.settings
    wrong = settings.model_copy(update={"mailbox": settings.mailbox.model_copy(update={"sent": "No/Such"})})
    new.workspace = Workspace(new.workspace.folder, wrong)
    done = settle(new)
    assert (done.settled, done.in_doubt, len(done.troubles)) == (False, 4, 1)
    with pytest.raises(NotNowError, match="not settled"):
        new.send()
    assert settle(new, unread=True).settled
    new.send()
    assert sum(copies(relay).values()) == 4
    assert counts(new) == {"sent": 2, "unknown": 4}
    new.db.close()


@pytest.mark.real
def test_a_sent_folder_that_does_not_keep_our_copies_proves_nothing(
    online: Office, relay: ScriptedServer, dovecot: Dovecot
) -> None:
    """The relay is another server: what the backup knows to be sent is not in Sent, so nothing that is missing is news."""
    online.send(limit=2)
    online.write((online.workspace.issues / "issue-7.md").read_text().replace("number: 7", "number: 8"), "issue-8")
    backup = latest(online)
    online.send()
    new = on_a_new_laptop(online, backup)
    done = settle(new)
    assert (done.settled, done.again, done.in_doubt, done.held) == (True, 0, 4, ("issue-8",))
    new.send()
    with pytest.raises(UsageError, match="may have been sent"):
        new.send("8")
    assert copies(relay) == dict.fromkeys(ALL, 1)
    settling.not_sent(new.db, "issue-8")
    new.send("8")
    assert copies(relay)[JO] == 2
    new.db.close()


def test_without_a_mailbox_all_that_waited_is_in_doubt(desk: Office, relay: ScriptedServer) -> None:
    """There is nothing to ask."""
    desk.send(limit=2)
    new = on_a_new_laptop(desk, latest(desk))
    done = settle(new)
    assert (done.settled, done.in_doubt) == (True, 4)
    new.send()
    assert sum(copies(relay).values()) == 2
    new.db.close()


def test_what_is_there_is_backed_up_first_and_the_key_and_settings_are_right(desk: Office) -> None:
    """The settings of a folder that has some stay; the key is that of the backup."""
    backup, key = latest(desk), desk.workspace.key()
    desk.add("late@school.test")
    desk.db.close()
    desk.workspace.key_path.write_bytes(b"x" * 32)
    settings = desk.workspace.folder / "pscb-mail.toml"
    settings.write_text(settings.read_text() + "\n# mine\n")
    workspace = restoring.workspace_for(desk.workspace.folder, restoring.look_into(backup).backup)
    before = restoring.bring_back(workspace, restoring.look_into(backup), desk.now())
    assert before is not None
    assert (before.why, restoring.look_into(before.path).people) == ("before-restore", 7)
    assert workspace.key() == key
    assert settings.read_text().endswith("# mine\n")
    desk.db = workspace.open_database()
    assert directory.by_address(desk.db, "late@school.test") is None


def test_a_damaged_database_is_laid_aside(desk: Office) -> None:
    """That is what a backup is for."""
    backup = latest(desk)
    desk.db.close()
    for path in desk.workspace.folder.glob("pscb-mail.db*"):
        path.unlink()
    desk.workspace.database_path.write_bytes(b"not a database" * 100)
    assert restoring.bring_back(desk.workspace, restoring.look_into(backup), desk.now()) is None
    desk.db = desk.workspace.open_database()
    assert sum(directory.counts(desk.db).values()) == 6
    (aside,) = desk.workspace.folder.glob("pscb-mail.db.damaged-*")
    assert aside.read_bytes().startswith(b"not a database")


def test_a_list_that_another_program_writes_stays_as_it_is(desk: Office) -> None:
    """It is neither damaged nor waited for without end, and the key stays the one that its mailings were made with."""
    inside = restoring.look_into(latest(desk))
    key = desk.workspace.key_path
    key.write_bytes(b"k" * 32)
    with closing(sqlite3.connect(desk.workspace.database_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HeldError):
            restoring.bring_back(desk.workspace, inside, desk.now(), patience=0)
    assert (key.read_bytes(), unsettled.restored(desk.db)) == (b"k" * 32, None)
    restoring.bring_back(desk.workspace, inside, desk.now(), patience=0)


def test_a_list_that_cannot_be_backed_up_first_stays_where_it_is(desk: Office) -> None:
    """It is whole: laid aside for damaged, it would be missing where the disk is full for the one brought back, too."""
    inside = restoring.look_into(latest(desk).rename(desk.workspace.folder / "by-hand.zip"))
    desk.workspace.backups.rmdir()
    desk.workspace.backups.touch()
    with pytest.raises(NotNowError, match="folder for backups"):
        restoring.bring_back(desk.workspace, inside, desk.now())
    assert not list(desk.workspace.folder.glob("*.damaged-*"))
    assert (sum(directory.counts(desk.db).values()), unsettled.restored(desk.db)) == (6, None)


def test_whoever_was_forgotten_since_is_forgotten_again(desk: Office, tmp_path: Path) -> None:
    """A backup that lay elsewhere still knows them, on the list or in its history; the list that it replaces remembers."""
    added, ann = len(list(changes.changes(desk.db))) + 1, "ann@gone.test"
    desk.add(f"Ann Gone <{ann}>")
    undoing.undo(desk.db, added, Origin(desk.now(), "tester", "undo"))
    elsewhere = tmp_path / "stick.zip"
    shutil.copy(latest(desk), elsewhere)
    for text in (JO, ann):
        plan = forgetting.one(desk.db, text)
        forgetting.forget(desk.db, desk.workspace, plan, Origin(desk.now(), "tester", "forget"))
    desk.db.close()
    restoring.bring_back(desk.workspace, restoring.look_into(elsewhere), desk.now())
    desk.db = desk.workspace.open_database()
    assert sorted(each.address.text for each in directory.people(desk.db)) == sorted(ALL[1:])
    kept = desk.workspace.database_path.read_bytes()
    assert not [text for text in (JO, ann) if text.encode() in kept]


def test_whoever_came_off_since_is_off_under_every_address_and_who_came_back_is_not(
    desk: Office, tmp_path: Path
) -> None:
    """One who had another address at the backup, one who joined since; one came back after they had come off here."""

    def origin(command: str) -> Origin:
        return Origin(desk.now(), "tester", command, "rang")

    off = {name: directory.find(desk.db, name).id for name in (JO, SAM, KIT)}
    roster.opt_out(desk.db, [off[KIT]], origin("unsubscribe"))
    elsewhere, old = tmp_path / "stick.zip", tmp_path / "old.zip"
    shutil.copy(latest(desk), old)
    roster.resubscribe(desk.db, off[KIT], origin("resubscribe"))
    roster.opt_out(desk.db, [off[KIT]], origin("unsubscribe"))
    roster.resubscribe(desk.db, off[KIT], origin("resubscribe"))
    shutil.copy(latest(desk), elsewhere)
    restoring.bring_back(desk.workspace, restoring.look_into(old), desk.now())
    desk.add("late@school.test")
    roster.edit(desk.db, off[SAM], origin("edit"), address=parse_address("sam@police.test"))
    late = directory.find(desk.db, "late@school.test").id
    roster.opt_out(desk.db, [off[JO], off[SAM], late], origin("unsubscribe"))
    inside = restoring.look_into(elsewhere, desk.workspace)
    assert inside.opt_outs.stay_off == (JO, "late@school.test", "sam@police.test")
    desk.db.close()
    restoring.bring_back(desk.workspace, inside, desk.now())
    desk.db = desk.workspace.open_database()
    people = {each.address.text: each.status for each in directory.people(desk.db)}
    assert {who for who, status in people.items() if status is not Status.ACTIVE} == set(inside.opt_outs.stay_off)
    assert people[KIT] is Status.ACTIVE
    assert SAM not in people


@pytest.mark.parametrize(
    ("theirs_then", "new", "comes_back"),
    [
        (False, "sam@police.test", ("sam@police.test", Status.ACTIVE)),
        (True, "sam@police.test", ("sam@police.test", Status.ACTIVE)),
        (True, BEN, (SAM, Status.REMOVED)),
    ],
)
def test_whoever_had_the_address_of_somebody_forgotten_before_them_comes_back(
    desk: Office, tmp_path: Path, *, theirs_then: bool, new: str, comes_back: tuple[str, Status]
) -> None:
    """The list that is replaced knows that it was theirs, at the backup or before it, and which one they have now.

    Where that one was another's at the backup they come back removed: nothing goes to whoever was forgotten.
    """
    elsewhere = tmp_path / "stick.zip"
    sam = directory.find(desk.db, SAM)
    if theirs_then:
        shutil.copy(latest(desk), elsewhere)
    if holder := directory.by_address(desk.db, new):
        roster.edit(desk.db, holder.id, Origin(desk.now(), "tester", "edit"), address=parse_address("b@school.test"))
    roster.edit(desk.db, sam.id, Origin(desk.now(), "tester", "edit"), address=parse_address(new))
    desk.add(f"Samira <{SAM}>")
    if not theirs_then:
        shutil.copy(latest(desk), elsewhere)
    plan = forgetting.one(desk.db, SAM)
    forgetting.forget(desk.db, desk.workspace, plan, Origin(desk.now(), "tester", "forget"))
    desk.db.close()
    restoring.bring_back(desk.workspace, restoring.look_into(elsewhere), desk.now())
    desk.db = desk.workspace.open_database()
    assert [each.id for each in directory.people(desk.db) if each.name == "Samira"] == []
    back = directory.by_id(desk.db, sam.id)
    assert back is not None
    assert (back.address.text, back.status) == comes_back


def test_another_person_under_the_number_of_somebody_forgotten_brings_them_not_back(
    desk: Office, tmp_path: Path
) -> None:
    """A list begun afresh numbers its people from 1 again."""
    elsewhere = tmp_path / "stick.zip"
    shutil.copy(latest(desk), elsewhere)
    number = directory.find(desk.db, JO).id
    plan = forgetting.one(desk.db, JO)
    forgetting.forget(desk.db, desk.workspace, plan, Origin(desk.now(), "tester", "forget"))
    with transaction(desk.db):
        desk.db.execute("UPDATE subscriber SET id = ? WHERE address = ?", [number, SAM])
    desk.db.close()
    restoring.bring_back(desk.workspace, restoring.look_into(elsewhere), desk.now())
    desk.db = desk.workspace.open_database()
    assert directory.by_address(desk.db, JO) is None
    assert directory.by_address(desk.db, SAM) is not None


def test_a_crash_between_bringing_back_and_settling_leaves_a_list_that_sends_nothing(
    desk: Office, relay: ScriptedServer
) -> None:
    """The bar is in the database that is put in place, not set afterwards."""
    desk.send(limit=1)
    letter = outbox.Letter(Answer.CONFIRMED, 1, "<a@pscb.test>", JO, "You are off the list", "Goodbye.")
    with transaction(desk.db):
        outbox.write(desk.db, None, letter, desk.now())
    new = on_a_new_laptop(desk, latest(desk))
    assert (outbox.count(new.db, "waiting"), outbox.count(new.db, "unknown")) == (0, 1)
    last = unsettled.restored(new.db)
    assert last is not None
    assert not last.settled
    assert counts(new) == {"sent": 1, "unknown": 5}
    person = directory.by_address(new.db, BEN)
    assert person is not None
    with pytest.raises(NotNowError, match="not settled"):
        dispatch.send_only(new.db, new.workspace, "7", person, new.means, "tester", again=False)
    assert sum(copies(relay).values()) == 1
    new.db.close()


def test_what_is_no_backup_replaces_nothing(desk: Office, tmp_path: Path) -> None:
    """Nor does one of a newer version."""
    (tmp_path / "x.zip").write_bytes(b"PK")
    with pytest.raises(UsageError, match=r"x\.zip"):
        restoring.look_into(tmp_path / "x.zip")
    backup = latest(desk)

    def newer(path: Path) -> None:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pscb-mail', 'm9', 'x')"
            )

    backups.rewrite(backup, newer)
    with pytest.raises(UsageError, match="newer"):
        restoring.look_into(backup)


def test_a_backup_whose_database_has_not_our_tables_is_refused_before_anything_is_done(desk: Office) -> None:
    """An empty one, another program's, and one that only says that it was migrated."""
    path, copy = desk.workspace.folder / "bad.zip", desk.workspace.folder / "bad.db"
    with closing(sqlite3.connect(desk.workspace.database_path)) as db:
        steps = db.execute("SELECT migration_set, name, applied_at FROM _sqlite_migrations").fetchall()
    migrated = (
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
    )
    for make in ("", "CREATE TABLE x (y)", migrated):
        copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(copy)) as db, db:
            db.execute(make)
            if make == migrated:
                db.executemany(
                    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)", steps
                )
        backups.write(replace(desk.workspace.backup_contents, database=copy), path, "by-hand", desk.now())
        with pytest.raises(UsageError, match=r"bad\.zip"):
            restoring.look_into(path)


def test_a_restore_never_replaces_what_is_no_file(desk: Office) -> None:
    """A wrong `database` in the settings: a folder is left as it is."""
    inside = restoring.look_into(latest(desk))
    newsletter = desk.workspace.settings.newsletter.model_copy(update={"database": "issues"})
    workspace = Workspace(desk.workspace.folder, desk.workspace.settings.model_copy(update={"newsletter": newsletter}))
    with pytest.raises(DatabaseError, match="no file"):
        restoring.bring_back(workspace, inside, desk.now())
    assert workspace.database_path.is_dir()


# -- opt-outs carried over ------------------------------------------------------------------------------------------


def come_back(desk: Office, backup: Path) -> restoring.Inside:
    """Bring a backup back over the list that is there, as the command does; returns what it says beforehand."""
    inside = restoring.look_into(backup, desk.workspace)
    desk.db.close()
    restoring.bring_back(desk.workspace, inside, desk.now())
    desk.db = desk.workspace.open_database()
    return inside


def elsewhere(desk: Office) -> Path:
    """Write a backup to a place of the user's own."""
    return latest(desk).rename(desk.workspace.folder / "stick.zip")


def came_off(desk: Office, address: str, ago: timedelta = timedelta()) -> None:
    roster.opt_out(desk.db, [directory.find(desk.db, address).id], Origin(desk.now() - ago, "tester", "unsubscribe"))


def moved(desk: Office, old: str, new: str) -> None:
    who = directory.find(desk.db, old).id
    roster.edit(desk.db, who, Origin(desk.now(), "tester", "edit"), address=parse_address(new))


HEAD, HOME = "head@school.test", "home@school.test"
Step = tuple[str, ...]


@pytest.mark.parametrize(
    ("before", "since", "off"),
    [
        pytest.param(
            [("add", "Y", HEAD), ("move", HEAD, HOME)], [("add", "Z", HEAD), ("off", HEAD)], {"Z": HEAD},
            id="the-next-head-is-another",
        ),
        pytest.param(
            [("add", "Y", HEAD)], [("move", HEAD, HOME), ("add", "Z", HEAD), ("off", HEAD)], {"Z": HEAD},
            id="the-head-moved-on-since",
        ),
        pytest.param(
            [("add", "Y", HEAD)], [("move", HEAD, HOME), ("add", "Z", HEAD), ("off", HOME)], {"Y": HOME},
            id="the-head-before-came-off",
        ),
        pytest.param(
            [("add", "Y", HEAD), ("add", "Z", HOME)],
            [("move", HEAD, "t@school.test"), ("move", HOME, HEAD), ("move", "t@school.test", HOME), ("off", HOME)],
            {"Y": HOME},
            id="two-changed-places",
        ),
        pytest.param(
            [("add", "Y", HEAD)], [("off-by-a-slow-clock", HEAD)], {"Y": HEAD}, id="the-clock-was-behind",
        ),
    ],
)  # fmt: skip
def test_an_opt_out_is_carried_over_to_the_very_person(
    desk: Office, before: list[Step], since: list[Step], off: dict[str, str]
) -> None:
    """Whatever addresses they had, whoever else had these; all others who are there stay on, and it is said before."""

    def go(steps: list[Step]) -> None:
        for what, *about in steps:
            if what == "add":
                desk.add(f"{about[0]} <{about[1]}>")
            elif what == "move":
                moved(desk, *about)
            else:
                came_off(desk, about[0], timedelta(days=900 if what != "off" else 0))

    go(before)
    names = {each.name for each in directory.people(desk.db)}
    backup = elsewhere(desk)
    go(since)
    inside = come_back(desk, backup)
    people = list(directory.people(desk.db))
    assert {each.name: each.address.text for each in people if each.status is not Status.ACTIVE} == off
    assert {each.name for each in people} == names | set(off)
    assert inside.opt_outs is not None
    assert (inside.opt_outs.stay_off, inside.opt_outs.doubts) == (tuple(off.values()), ())


def test_whoever_cannot_be_told_stays_as_they_are_and_is_named(desk: Office, tmp_path: Path) -> None:
    """A list that was begun afresh knows no number of the backup's: one who moved there may be one whom it knows."""
    desk.add(f"Y <{HEAD}>")
    backup = elsewhere(desk)
    fresh = office(tmp_path / "fresh", 25, KIT, JO)
    fresh.add(f"Y <{HEAD}>")
    for address in (HEAD, JO):
        came_off(fresh, address) if address == JO else moved(fresh, HEAD, HOME)
    came_off(fresh, HOME)
    inside = come_back(fresh, backup)
    assert inside.opt_outs is not None
    assert inside.opt_outs.stay_off == (HOME, JO)
    assert [(each.active, each.off) for each in inside.opt_outs.doubts] == [(HEAD, HOME)]
    off = {each.address.text for each in directory.people(fresh.db) if each.status is Status.OPTED_OUT}
    assert off == {HOME, JO}
    fresh.db.close()


def test_whoever_has_nowhere_to_move_to_stays_and_is_named(desk: Office) -> None:
    """The head of then has an address now that is somebody's in the backup whom the list does not know any more."""
    desk.add(f"Y <{HEAD}>")
    number = len(list(changes.changes(desk.db))) + 1
    desk.add(f"W <{HOME}>")
    backup = elsewhere(desk)
    undoing.undo(desk.db, number, Origin(desk.now(), "tester", "undo"))
    moved(desk, HEAD, HOME)
    desk.add(f"Z <{HEAD}>")
    came_off(desk, HEAD)
    inside = come_back(desk, backup)
    assert inside.opt_outs is not None
    assert [(each.active, each.off) for each in inside.opt_outs.doubts] == [(HEAD, HEAD)]
    assert {each.status for each in directory.people(desk.db)} == {Status.ACTIVE}


def test_of_a_list_that_is_damaged_in_part_it_is_said_that_its_opt_outs_are_lost(desk: Office) -> None:
    """The page where the table of people begins: the file opens, nobody in it can be read."""
    backup = elsewhere(desk)
    came_off(desk, JO)
    desk.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (root,) = desk.db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'subscriber'").fetchone()
    (size,) = desk.db.execute("PRAGMA page_size").fetchone()
    desk.db.close()
    with desk.workspace.database_path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    assert come_back(desk, backup).opt_outs is None
    assert sum(directory.counts(desk.db).values()) == 6


def test_an_emptied_list_is_none_and_no_backup_is_made_of_it(desk: Office) -> None:
    """It would push a real one out, and be the latest that a later hint names."""
    backup = latest(desk)
    desk.db.close()
    desk.workspace.database_path.write_bytes(b"")
    assert restoring.bring_back(desk.workspace, restoring.look_into(backup, desk.workspace), desk.now()) is None
    desk.db = desk.workspace.open_database()
    assert list(desk.workspace.backups.iterdir()) == [backup]
    assert sum(directory.counts(desk.db).values()) == 6


def test_an_opt_out_that_another_program_records_meanwhile_is_never_lost(desk: Office) -> None:
    """Nor does the key change with the list that stays: nothing was changed."""
    backup = elsewhere(desk)
    desk.workspace.key_path.write_bytes(b"k" * 32)

    def late(*given: object) -> None:
        came_off(desk, JO)
        copied_over(*given)

    inside = restoring.look_into(backup, desk.workspace)
    with pytest.raises(NotNowError, match="changed the list"):
        restoring.bring_back(desk.workspace, inside, desk.now(), copy=late)
    assert directory.find(desk.db, JO).status is Status.OPTED_OUT
    assert (unsettled.restored(desk.db), desk.workspace.key()) == (None, b"k" * 32)


def test_a_restore_that_gives_up_at_the_copy_leaves_the_key_and_one_cut_off_after_it_brings_it(desk: Office) -> None:
    """List and key change together: the list that is there understands the replies to what it sent."""
    desk.workspace.key()
    backup, key = elsewhere(desk), desk.workspace.key()
    desk.workspace.key_path.write_bytes(b"k" * 32)
    inside = restoring.look_into(backup, desk.workspace)

    def held(*given: object) -> None:
        with closing(sqlite3.connect(desk.workspace.database_path)) as other:
            other.execute("BEGIN IMMEDIATE")
            copied_over(*given)

    def cut_off(*given: object) -> None:
        copied_over(*given)
        raise KeyboardInterrupt

    with pytest.raises(HeldError):
        restoring.bring_back(desk.workspace, inside, desk.now(), patience=0, copy=held)
    assert (desk.workspace.key(), unsettled.restored(desk.db)) == (b"k" * 32, None)
    desk.db.close()
    with pytest.raises(KeyboardInterrupt):
        restoring.bring_back(desk.workspace, inside, desk.now(), copy=cut_off)
    desk.db = desk.workspace.open_database()
    assert (unsettled.restored(desk.db) is not None, desk.workspace.key()) == (True, key)
    assert desk.db.execute("SELECT count(*) FROM fact WHERE name = 'brought_key'").fetchone() == (0,)
