"""Forgetting: nothing of the person is left where it can be reached, nothing of the others is lost, nobody comes back."""

import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from office import START, Office, office
from scripted import ScriptedServer

from pscb_mail import backups
from pscb_mail.desk import forgetting, overview, planning
from pscb_mail.errors import NotNowError, UsageError
from pscb_mail.mailbox import acting, journal, reading
from pscb_mail.mailbox.sources import open_source
from pscb_mail.people import changes, directory, forgotten, roster, undoing
from pscb_mail.people.address import parse_address, parse_person
from pscb_mail.people.changes import Origin
from pscb_mail.people.joining import Entry, Kind
from pscb_mail.people.subscriber import Status
from pscb_mail.sending import attempts, ledger
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.delivery import State
from pscb_mail.sending.lock import send_lock
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.workspace import Workspace

JO, OLD_JO, SAM, KIT = "jo@school.test", "quill@primary.test", "sam@health.test", "kit@police.test"
NAME = "Jo Quillfeather"
WORDS = (JO, OLD_JO, NAME, "Quillfeather", "forthwith", "my hip")


@pytest.fixture
def relay() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a person who has been through everything there is, four backups, and two other people."""
    with ScriptedServer() as relay:
        folder = tmp_path_factory.mktemp("furnished")
        made = office(folder, relay.port, f"{NAME} <{OLD_JO}>", f"Sam <{SAM}>", f"Kit <{KIT}>")
        jo = person(made, OLD_JO).id
        made.workspace.back_up("by-hand", made.now())
        roster.edit(made.db, jo, origin(made, "moved forthwith"), address=parse_address(JO), groups=["Heads"])
        roster.edit(made.db, person(made, SAM).id, origin(made, f"{NAME} says so"), role=f"deputy of {NAME}")
        made.send()
    wrote(made, JO, "unsubscribe", "Please unsubscribe me.")
    wrote(made, KIT, "Jo has left", f"Please add {NAME} <{JO}> to the list.")
    said = journal.Record(journal.Kind.QUESTION, journal.Action.LEFT, JO, evidence="my hip again", subscriber=jo)
    journal.record(made.db, "a key", "", made.now(), to_file=False)
    journal.found(made.db, "a key", said, made.now())
    made.db.conn.commit()
    made.workspace.back_up("by-hand", made.now())
    made.db.close()
    return made.workspace


@pytest.fixture
def desk(furnished: Workspace, tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "office"
    shutil.copytree(furnished.folder, folder)
    workspace = Workspace(folder, furnished.settings)
    made = Office(workspace, workspace.open_database(), START + timedelta(days=1))
    yield made
    made.db.close()


def origin(desk: Office, reason: str = "") -> Origin:
    return Origin(desk.now(), "tester", "test", reason)


def person(desk: Office, address: str):
    found = directory.by_address(desk.db, address)
    assert found is not None
    return found


def wrote(desk: Office, sender: str, subject: str, words: str) -> None:
    """Let the mailbox read a reply to somebody's own copy."""
    key = desk.workspace.key()
    code = reference(key, Purpose.MAILING, "issue-7", str(person(desk, sender).id))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "news@pscb.test", f"{subject} {code}"
    message["Message-ID"] = f"<{sender}.{abs(hash(words))}@mail.test>"
    message.set_content(words)
    path = desk.workspace.folder.parent / "one.eml"
    path.write_bytes(message.as_bytes())
    source = open_source(str(path), desk.workspace.settings, desk.workspace.folder)
    found = reading.read(desk.db, source, reading.Means(desk.workspace.settings, key, desk.now))
    source.close()
    assert found.trouble is None
    path.unlink()


def forget(desk: Office, whom: str = JO) -> forgetting.Forgot:
    return forgetting.forget(desk.db, desk.workspace, forgetting.one(desk.db, whom), origin(desk))


def everything_kept(desk: Office) -> bytes:
    """Return all bytes of database, journal and backups, these unpacked."""
    whole = b"".join(path.read_bytes() for path in desk.workspace.folder.glob("pscb-mail.db*"))
    for path in desk.workspace.backups.iterdir():
        with zipfile.ZipFile(path) as archive:
            whole += b"".join(archive.read(name) for name in archive.namelist())
    return whole.lower()


def test_no_byte_of_somebody_forgotten_is_left_in_database_journal_or_backups(desk: Office) -> None:
    """As whoever finds the laptop would look for them: raw bytes, free pages included."""
    before = everything_kept(desk)
    assert [word for word in WORDS if word.lower().encode() not in before] == []
    assert forget(desk).backups == 4
    after = everything_kept(desk)
    assert [word for word in WORDS if word.lower().encode() in after] == []
    assert SAM.encode() in after


def test_the_backups_stay_whole_and_keep_their_time(desk: Office) -> None:
    """They are rewritten, not spoilt."""
    made = [backups.checked(path) for path in backups.automatic_ones(desk.workspace.backups)]
    forget(desk)
    assert [backups.checked(path) for path in backups.automatic_ones(desk.workspace.backups)] == made


def test_the_seven_counts_stay_true(desk: Office) -> None:
    """A copy that went out went out; to whom is gone."""
    before = overview.mailing_status(desk.db, desk.workspace, "issue-7")
    forget(desk)
    after = overview.mailing_status(desk.db, desk.workspace, "issue-7")
    assert (after.counts, after.total) == (before.counts, 3)
    assert [line.address for line in attempts.log(desk.db, "issue-7")] == ["forgotten", SAM, KIT]


def test_a_copy_that_waits_is_skipped_and_nobody_else_misses_theirs(tmp_path: Path, relay: ScriptedServer) -> None:
    """Forgotten in the middle of a mailing: the others get it, and so do those who join."""
    desk = office(tmp_path, relay.port, f"Sam <{SAM}>", f"{NAME} <{JO}>")
    desk.send(limit=1)
    forget(desk)
    desk.add(KIT)
    desk.send(joined=True)
    assert sorted(recipient for _, recipient, _ in relay.taken) == [KIT, SAM]
    assert ledger.counts(desk.db, "issue-7")[State.SKIPPED] == 1
    desk.db.close()


def test_who_had_no_copy_is_found_though_somebody_with_one_was_forgotten(desk: Office) -> None:
    """`--not received:issue-7` leaves out those who got it, and nobody for a copy that is nobody's."""
    forget(desk)
    desk.write((desk.workspace.issues / "issue-7.md").read_text().replace("number: 7", "number: 8"), "issue-8")
    desk.add("new@school.test")
    assert planning.send_plan(desk.db, desk.workspace, "8", Audience((), ("received:issue-7",))).to_send == 1


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.OPTED_OUT])
def test_no_import_brings_them_back(desk: Office, status: Status) -> None:
    """Neither as a reader nor as somebody who must not be written to: their row is protected, and said to be so."""
    forget(desk)
    rows = [Entry(parse_person("JO@School.test"), status=status), Entry(parse_person("new@school.test"))]
    done = roster.enrol(desk.db, rows, origin(desk))
    kinds = {decision.person.address.text: decision.kind for decision in done.decisions}
    assert kinds == {"JO@school.test": Kind.PROTECTED, "new@school.test": Kind.ADDED}
    assert directory.by_address(desk.db, JO) is None


def test_an_address_is_somebody_elses_however_they_write_it(desk: Office) -> None:
    """It is left to them: their history stays as it was, and nothing bars them."""
    new = "sam@police.test"
    roster.edit(desk.db, person(desk, SAM).id, origin(desk), address=parse_address(new))
    roster.add(desk.db, [parse_person(f"Samira <{SAM.replace('sam', 'SAM')}>")], origin(desk))
    forget(desk, new)
    samira = person(desk, SAM)
    (joined,) = changes.history_of(desk.db, samira.id)
    assert joined.after == samira
    assert forgotten.among(desk.db, [samira.address.key, new]) == {new}


def test_no_command_brings_them_back(desk: Office) -> None:
    """add, a successor, somebody else's new address: each is refused with a sentence. An old address counts, too."""
    forget(desk)
    for address in (JO, OLD_JO):
        with pytest.raises(UsageError, match="asked to be forgotten"):
            roster.add(desk.db, [parse_person(address)], origin(desk))
    with pytest.raises(UsageError, match="asked to be forgotten"):
        roster.remove(desk.db, [person(desk, SAM).id], origin(desk), successor=parse_person(JO))
    with pytest.raises(UsageError, match="asked to be forgotten"):
        roster.edit(desk.db, person(desk, SAM).id, origin(desk), address=parse_address(JO))
    assert person(desk, SAM).status is Status.ACTIVE


def test_their_own_mail_brings_them_back_and_a_colleagues_does_not(desk: Office) -> None:
    """Only the person can change their mind."""
    forget(desk)

    def asked(by: str) -> int:
        record = journal.Record(journal.Kind.SUBSCRIBE, journal.Action.REVIEW, address=by, named=JO, review=True)
        journal.record(desk.db, f"key of {by}", "", desk.now(), to_file=False)
        return journal.found(desk.db, f"key of {by}", record, desk.now())

    for by, comes in ((KIT, False), (JO, True)):
        number = asked(by)
        entry = next(each for each in journal.reviews(desk.db) if each.number == number)
        if comes:
            acting.accept(desk.db, entry, origin(desk))
        else:
            with pytest.raises(UsageError, match="asked to be forgotten"):
                acting.accept(desk.db, entry, origin(desk))
        assert (directory.by_address(desk.db, JO) is not None) == comes


def test_undo_cannot_undo_it(desk: Office) -> None:
    """Neither the forgetting itself nor what was done to the person before."""
    opted_out = changes.history_of(desk.db, person(desk, JO).id)[-1].change.number
    done = forget(desk)
    with pytest.raises(UsageError, match="cannot be taken back"):
        undoing.undo(desk.db, done.change, origin(desk))
    with pytest.raises(UsageError, match="cannot be taken back"):
        undoing.undo(desk.db, opted_out, origin(desk))
    assert directory.by_address(desk.db, JO) is None


def test_undo_alone_after_a_forgetting_says_what_can_be_taken_back_and_how(desk: Office) -> None:
    """It takes back nothing that was not meant: the change before it wants its number."""
    done = forget(desk)
    before = next(each for each in changes.changes(desk.db) if each.people)
    with pytest.raises(UsageError, match=rf"latest change \({done.change}, test\) .* for good") as refused:
        changes.latest(desk.db)
    assert f"`pscb-mail undo {before.number}` ({before.origin.command})" in refused.value.hint


def test_undo_gives_the_address_of_somebody_forgotten_to_nobody(desk: Office) -> None:
    """The head before had it: taking back that they moved would write to whoever asked to be forgotten."""
    moved = roster.edit(desk.db, person(desk, SAM).id, origin(desk), address=parse_address("new@health.test")).change
    roster.add(desk.db, [parse_person(f"Next <{SAM}>")], origin(desk))
    forget(desk, SAM)
    with pytest.raises(UsageError, match="asked to be forgotten"):
        undoing.undo(desk.db, moved, origin(desk))
    assert person(desk, "new@health.test")


def test_the_history_of_everybody_else_stays_as_it_was(desk: Office) -> None:
    """Append-only: only the person's rows go, and only their name out of others'."""
    sam = person(desk, SAM).id
    before = [(each.change.number, each.before and each.before.status) for each in changes.history_of(desk.db, sam)]
    forget(desk)
    after = changes.history_of(desk.db, sam)
    assert [(each.change.number, each.before and each.before.status) for each in after] == before
    assert after[-1].after is not None
    assert after[-1].after.role == "deputy of (forgotten)"
    assert person(desk, SAM).role == "deputy of (forgotten)"
    for statement in ("DELETE FROM history", "UPDATE history SET change = 1"):
        with pytest.raises(Exception, match="append-only"):
            desk.db.execute(statement)
        desk.db.rollback()


def test_what_others_have_of_their_name_is_struck_so_that_their_changes_can_still_be_taken_back(desk: Office) -> None:
    """Somebody's own name is theirs; a group's loses the name in the list as in the history, and its place with it.

    A group that is called just so, after an office or a shared mailbox, keeps its name: audiences and settings name it.
    """
    about = {"organisation": f"{NAME} Ltd", "groups": ("Board", f"{NAME}'s friends", NAME.upper())}
    before = roster.add(desk.db, [parse_person(f"{NAME} Smith <smith@x.test>")], origin(desk), **about).change
    smith = person(desk, "smith@x.test")
    edited = roster.edit(desk.db, smith.id, origin(desk), without=("Board",)).change
    assert f"The group {NAME.upper()} is called like them" in "\n".join(forget(desk).beyond)
    kept = person(desk, "smith@x.test")
    assert (kept.name, kept.organisation) == (f"{NAME} Smith", "(forgotten) Ltd")
    assert kept.groups == ("(forgotten)'s friends", NAME.upper())
    assert changes.history_of(desk.db, smith.id)[-1].after == kept
    for number in (edited, before):
        assert undoing.undo(desk.db, number, origin(desk)).people == 1


def test_undo_gives_back_an_address_whole_that_ends_like_that_of_somebody_forgotten(desk: Office) -> None:
    """An apostrophe may stand in an address (RFC 5322 section 3.2.3)."""
    desk.add("neil@school.test", "o'neil@school.test")
    whose = person(desk, "o'neil@school.test")
    moved = roster.edit(desk.db, whose.id, origin(desk), address=parse_address("nora@school.test")).change
    forget(desk, "neil@school.test")
    undoing.undo(desk.db, moved, origin(desk))
    assert person(desk, "o'neil@school.test").id == whose.id


def test_an_address_that_is_somebody_elses_now_is_left_to_them(desk: Office) -> None:
    """The head's address goes to the next head: it could while the head was on the list."""
    roster.resubscribe(desk.db, person(desk, JO).id, origin(desk, "asked by telephone"))
    roster.add(desk.db, [parse_person(f"Ann New <{OLD_JO}>")], origin(desk))
    forget(desk)
    assert person(desk, OLD_JO).name == "Ann New"
    assert forgotten.among(desk.db, [JO, OLD_JO]) == {JO}


def test_who_is_forgotten_stays_away_though_somebody_else_had_their_address_before(desk: Office) -> None:
    """Of the two the earlier keeps their history, and the later is out of the backups and barred like anybody."""
    new = "sam@police.test"
    roster.edit(desk.db, person(desk, SAM).id, origin(desk), address=parse_address(new))
    roster.add(desk.db, [parse_person(f"Samira Sharpe <{SAM}>")], origin(desk))
    desk.workspace.back_up("by-hand", desk.now())
    before = changes.history_of(desk.db, person(desk, new).id)
    (desk.workspace.folder / "notes.txt").write_text(SAM)
    assert "notes.txt: names them." in forget(desk, SAM).beyond
    assert b"samira" not in everything_kept(desk)
    assert changes.history_of(desk.db, person(desk, new).id) == before
    with pytest.raises(UsageError, match="asked to be forgotten"):
        desk.add(f"Samira <{SAM}>")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("deputy of ÖDÖN KISS", "deputy of (forgotten)"),
        ("O\u0308do\u0308n Kiss's deputy", "(forgotten)'s deputy"),
        ("wrote for ödön kissel", "wrote for ödön kissel"),
        ("'odon@school.test' is d'Ödön Kiss", "'(forgotten)' is d'(forgotten)"),
        ("moved from o'odon@school.test", "moved from o'odon@school.test"),
    ],
)
def test_a_name_is_found_in_whatever_case_and_form_it_was_typed(desk: Office, said: str, left: str) -> None:
    """Beyond A-Z, too; a longer name or address that it is a part of is somebody else's."""
    desk.add("Ödön Kiss <odon@school.test>")
    number = roster.edit(desk.db, person(desk, SAM).id, origin(desk, said), role="Deputy").change
    forget(desk, "odon@school.test")
    assert number is not None
    assert changes.change(desk.db, number).origin.reason == left


@pytest.mark.parametrize("again", [False, True])
def test_somebody_taken_off_by_undo_can_be_forgotten(desk: Office, *, again: bool) -> None:
    """Only the history knows them still; or it does so beside the list, where they were added again."""
    una = parse_person("Una Whistle <una@school.test>")
    undoing.undo(desk.db, roster.add(desk.db, [una], origin(desk)).change, origin(desk))
    if again:
        roster.add(desk.db, [una], origin(desk))
    forget(desk, "una@school.test")
    kept = everything_kept(desk)
    assert b"whistle" not in kept
    assert b"una@school.test" not in kept
    with pytest.raises(UsageError, match="not on the list"):
        forget(desk, "nobody@school.test")


def test_running_it_again_is_no_fault(desk: Office) -> None:
    """Whatever broke on the way, the same command ends it."""
    forget(desk)
    desk.workspace.backups.joinpath("half.zip").write_bytes(b"PK\3\4 not a backup")
    again = forget(desk)
    assert again.backups == 4
    assert any("half.zip" in line for line in again.beyond)


def test_nothing_is_forgotten_while_a_send_is_under_way(desk: Office) -> None:
    """75: the send's copies could not be told from theirs."""
    with send_lock(desk.db, desk.workspace.lock_path, "issue-7", "tester", desk.now()), pytest.raises(NotNowError):
        forget(desk)
    assert person(desk, JO).name == NAME


def test_that_traces_are_left_is_told_where_another_program_writes(desk: Office) -> None:
    """They are forgotten, and the same command clears the file once that program has ended."""
    desk.db.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(desk.workspace.database_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotNowError, match="They are forgotten") as caught:
            forgetting.wipe(desk.db)
    assert "same command again" in caught.value.hint
    forgetting.wipe(desk.db)


def test_what_cannot_be_reached_is_a_list(desk: Office) -> None:
    """Sent copies, files in the workspace, backups elsewhere, what a power cut has left half done."""
    (desk.workspace.folder / "export.csv").write_text(f"Email\n{JO}\n")
    half = desk.workspace.folder / ".restore-x"
    half.mkdir()
    (half / "pscb-mail.db").write_text(JO)
    (desk.workspace.backups / ".b.zip.0123abcd").touch()
    beyond = "\n".join(forget(desk).beyond)
    for words in ("Sent folder of news@pscb.test: their copies of issue-7", "export.csv: names them", "elsewhere",
                  ".restore-x/pscb-mail.db: names them", ".b.zip.0123abcd: was left there half written"):  # fmt: skip
        assert words in beyond
    assert "issue-7.md" not in beyond


def test_the_programs_own_files_are_no_others_however_the_settings_name_them(desk: Office) -> None:
    """They are cleared, or cleared in a moment: nobody is sent to look into them."""
    settings = desk.workspace.settings
    newsletter = settings.newsletter.model_copy(update={"database": "issues/../pscb-mail.db"})
    backup = settings.backup.model_copy(update={"folder": "issues/../backups"})
    round_about = settings.model_copy(update={"newsletter": newsletter, "backup": backup})
    workspace = Workspace(desk.workspace.folder, round_about)
    (workspace.backups / "notes.txt").write_text(JO)
    done = forgetting.forget(desk.db, workspace, forgetting.one(desk.db, JO), origin(desk))
    assert [line for line in done.beyond if line.endswith(": names them.")] == []


def test_those_who_left_long_ago_are_forgotten_without_a_bar(desk: Office) -> None:
    """Retention: removed and bounced people, by the settings' months; active and opted-out ones are kept."""
    then = desk.at
    roster.remove(desk.db, [person(desk, SAM).id], origin(desk))
    roster.bounce(desk.db, [person(desk, KIT).id], origin(desk))
    later = then + timedelta(days=24 * 31)
    assert (forgotten.due(desk.db, 24, then), forgotten.due(desk.db, 24, later)) == (0, 2)
    plan = forgetting.left(desk.db, 24, later)
    assert {each.address.text for each in plan.people} == {SAM, KIT}
    forgetting.forget(desk.db, desk.workspace, plan, origin(desk))
    assert directory.by_address(desk.db, SAM) is None
    assert person(desk, JO).status is Status.OPTED_OUT
    roster.add(desk.db, [parse_person(SAM)], origin(desk))
    assert person(desk, SAM).status is Status.ACTIVE


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [("2026-03-31", 1, "2026-02-28"), ("2024-03-31", 1, "2024-02-29"), ("2026-01-15", 24, "2024-01-15"),
     ("2026-01-15", 1, "2025-12-15")],
)  # fmt: skip
def test_months_are_those_of_the_calendar(moment: str, months: int, expected: str) -> None:
    """A day that a month has not is its last one."""
    there = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert forgotten.months_before(there, months).date().isoformat() == expected


def test_a_folder_of_backups_that_cannot_be_looked_into_is_told(desk: Office) -> None:
    """Whoever reads "erased" believes it: a folder without the right to list it, or a file in its place, is named."""
    folder = desk.workspace.backups
    shutil.rmtree(folder)
    folder.write_bytes(b"")
    done = forget(desk)
    [line] = done.untouched
    assert done.backups == 0
    assert line.startswith(f"{folder}: could not be looked into")
    assert line in done.beyond


def test_a_backup_that_cannot_be_rewritten_is_told(desk: Office) -> None:
    """It may still hold them."""
    bad = desk.workspace.backups / "bad.zip"
    bad.write_bytes(b"no backup")
    done = forget(desk)
    assert [line.partition(":")[0] for line in done.untouched] == [str(bad)]
    assert forgetting.forget(desk.db, desk.workspace, forgetting.one(desk.db, SAM), origin(desk)).untouched
    bad.unlink()
    assert not forgetting.forget(desk.db, desk.workspace, forgetting.one(desk.db, KIT), origin(desk)).untouched
