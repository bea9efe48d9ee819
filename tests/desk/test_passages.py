"""Passages for some groups through the real engine: each reader's bytes have theirs, and no trace of another's."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from office import ISSUE, Office, office
from scripted import ScriptedServer

from pscb_mail.desk import dispatch, planning, preview, readers
from pscb_mail.desk.preview import SAMPLE
from pscb_mail.issues import preflight
from pscb_mail.people import directory, roster
from pscb_mail.people.address import parse_person
from pscb_mail.people.changes import Origin
from pscb_mail.sending import singles
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.delivery import Event

JO, SAM, KIT = "jo@school.test", "sam@police.test", "kit@health.test"
ALL, HEADS = frozenset[str](), frozenset({"heads"})
PASSAGES = (
    ISSUE.replace("---\n##", "contents: true\n---\n##")
    + """
::: only heads, Governors
## Lantern

Dear {{ first_name | default("lantern bearer") }}, [the oil](https://lantern.example/oil).

::: events
| date | event |
|------|-------|
| 2026-03-01 | Lantern evening |
:::
:::

::: only Police
## Whistle

It blows.
:::
"""
)


@pytest.fixture
def relay() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, relay: ScriptedServer) -> Iterator[Office]:
    made = office(tmp_path, relay.port)
    made.add(f"Jo Shaw <{JO}>", groups=["Heads"])
    made.add(f"Sam Hill <{SAM}>", groups=["Police", "Schools"])
    made.add(f"Kit Dale <{KIT}>")
    made.write(PASSAGES)
    yield made
    made.db.close()


def words_in(raw: bytes) -> set[str]:
    """Which passages a copy has any trace of, in headers, texts, contents, names of files and files."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    seen = "\n".join([str(message), *(part if isinstance(part, str) else part.decode("latin-1") for part in parts)])
    return {word for word in ("lantern", "whistle") if word in seen.lower()}


def arrived(relay: ScriptedServer) -> dict[str, set[str]]:
    return {recipient: words_in(raw) for _, recipient, raw in relay.taken}


def test_readers_in_different_groups_get_different_copies_of_one_edition(desk: Office, relay: ScriptedServer) -> None:
    desk.send()
    assert arrived(relay) == {JO: {"lantern"}, SAM: {"whistle"}, KIT: set()}
    assert desk.db.execute("SELECT count(*) FROM edition").fetchone() == (1,)


def test_the_groups_count_that_somebody_is_in_when_the_copy_is_claimed(desk: Office, relay: ScriptedServer) -> None:
    """Who left a group in the middle of a mailing does not get its passage any more; who joined one does."""
    desk.send(limit=1)
    for address, joined, left in ((SAM, (), ("POLICE",)), (KIT, ("governors",), ())):
        person = directory.by_address(desk.db, address)
        assert person is not None
        roster.edit(desk.db, person.id, Origin(desk.now(), "tester", "edit"), groups=joined, without=left)
    desk.send()
    assert arrived(relay) == {JO: {"lantern"}, SAM: set(), KIT: {"lantern"}}


def test_one_persons_copy_is_theirs_the_second_time_too(desk: Office, relay: ScriptedServer) -> None:
    """`--only ADDRESS`, and `--again`."""
    desk.send(limit=1)
    sam = directory.by_address(desk.db, SAM)
    assert sam is not None
    for again in (False, True):
        dispatch.send_only(desk.db, desk.workspace, "7", sam, desk.means, "tester", again=again)
    assert [words_in(raw) for _, recipient, raw in relay.taken if recipient == SAM] == [{"whistle"}] * 2


def test_a_corrected_edition_keeps_its_readers_apart(desk: Office, relay: ScriptedServer) -> None:
    """A passage that alone was changed is a change; the plan shows it to the editor."""
    desk.send(limit=1)
    desk.write(PASSAGES.replace("It blows.", "It blows twice."))
    change = dispatch.amendment(desk.db, desk.workspace, "7")
    assert ("It blows." in change.before, "It blows twice." in change.after) == (True, True)
    dispatch.amend(desk.db, desk.workspace, change, "tester", desk.now())
    desk.send()
    assert arrived(relay) == {JO: {"lantern"}, SAM: {"whistle"}, KIT: set()}
    (raw,) = [raw for _, recipient, raw in relay.taken if recipient == SAM]
    assert b"It blows twice." in raw


def test_copies_in_a_folder_are_each_readers_own(desk: Office, tmp_path: Path) -> None:
    plan = planning.send_plan(desk.db, desk.workspace, "7", Audience())
    planning.write_copies(desk.db, desk.workspace, plan, tmp_path / "copies", desk.now())
    found = [words_in(path.read_bytes()) for path in sorted((tmp_path / "copies").iterdir())]
    assert found == [{"lantern"}, {"whistle"}, set()]


@pytest.mark.parametrize(
    ("address", "words", "labelled"),
    [(JO, {"lantern"}, False), (KIT, set(), False), ("editor@pscb.test", {"lantern", "whistle"}, True)],
)
def test_a_test_copy_shows_what_its_reader_gets_and_all_of_it_to_somebody_else(
    desk: Office, relay: ScriptedServer, address: str, words: set[str], labelled: bool
) -> None:
    edition = planning.buildable(desk.workspace, "7")
    verdict = singles.send_test(desk.db, edition, parse_person(address), desk.workspace.key(), desk.means)
    assert verdict.event is Event.ACCEPTED
    ((_, _, raw),) = relay.taken
    assert words_in(raw) == words
    assert (b"[Only for heads, Governors]" in raw) == labelled


def test_a_preview_is_one_readers_copy(desk: Office, tmp_path: Path) -> None:
    for reader, words in ((preview.reader_of(desk.db, SAM), {"whistle"}), (SAMPLE, {"lantern", "whistle"})):
        preview.write(desk.workspace, "7", tmp_path / "out", reader, desk.now())
        assert words_in((tmp_path / "out" / "issue-7.eml").read_bytes()) == words
        page = (tmp_path / "out" / "issue-7.html").read_text("utf-8")
        assert ("Only for Police" in page) == (reader is SAMPLE)


@pytest.mark.parametrize(("kept", "written"), [("\u00c9coles", "E\u0301coles"), ("E\u0301coles", "\u00e9coles")])
def test_a_group_is_the_same_however_its_accents_were_typed(
    desk: Office, tmp_path: Path, kept: str, written: str
) -> None:
    """As for `send --to`: a Mac may write an accent after its letter. Who was kept so by an older version counts too."""
    desk.add("Zoe Lark <zoe@school.test>", groups=[kept])
    desk.db.execute("UPDATE membership SET name = ? WHERE name LIKE '%coles'", [kept])
    desk.write(PASSAGES.replace("Police", written))
    readership = readers.readership(desk.db, "issue-7")
    report = preflight.check(desk.workspace.issues, "7", desk.workspace.settings, desk.workspace.templates, readership)
    assert [remark.line for remark in report.warnings if remark.rule == "only-nobody"] == [12]
    preview.write(desk.workspace, "7", tmp_path / "out", preview.reader_of(desk.db, "zoe@school.test"), desk.now())
    assert words_in((tmp_path / "out" / "issue-7.eml").read_bytes()) == {"whistle"}


def test_check_counts_the_readers_of_each_copy(desk: Office, tmp_path: Path) -> None:
    """Groups in which nobody is are named; the copies are those that somebody gets. The preview says the same."""
    workspace = desk.workspace
    readership = readers.readership(desk.db, "issue-7")
    report = preflight.check(workspace.issues, "7", workspace.settings, workspace.templates, readership)
    assert preview.write(workspace, "7", tmp_path / "out", SAMPLE, desk.now(), desk.db).report == report
    found = {each.passages: each.readers for each in report.variants}
    assert found == {("heads, Governors",): 1, ("Police",): 1, (): 1}
    assert [remark.message for remark in report.warnings if remark.rule == "only-nobody"] == [
        'Nobody who would get this issue is in the group "Governors".'
    ]
    assert [readership.without(field, names) for field in ("first_name", "role") for names in (ALL, HEADS)] == [
        (0, 3), (0, 1), (3, 3), (1, 1),
    ]  # fmt: skip
    sizes = {each.passages: each.html_bytes for each in report.variants}
    assert report.html_bytes == max(sizes.values()) > sizes[()]
