"""A reading from start to end: once, whatever happens; and what is left alone."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from deadly import read_and_die
from forked import Forked, forked
from mailroom import OURS, Mailroom
from scripted import ScriptedServer

from pscb_mail.database import transaction
from pscb_mail.mailbox import acting, journal, reading
from pscb_mail.mailbox.messages import Arrived, Bookmark, Source
from pscb_mail.mailbox.sources import open_source
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status

LONDON = ZoneInfo("Europe/London")
JO, ANN, SAM = "jo@school.test", "ann@health.test", "sam@police.test"


@pytest.fixture
def room(tmp_path: Path) -> Mailroom:
    """Issue 18, sent to three people."""
    return Mailroom(tmp_path).sent("issue-18", f"Jo Bloggs <{JO}>", ANN, SAM)


def changes(room: Mailroom) -> int:
    """Return how many changes the mailbox made to people."""
    return int(room.db.execute("SELECT count(*) FROM change WHERE command = 'inbox'").fetchone()[0])


def in_a_process(room: Mailroom, where: str = "never", port: int = 0) -> Forked:
    """Read the mailroom in another process, which dies where it is told."""
    return forked(read_and_die, room.folder, where, port)


# -- once -----------------------------------------------------------------------------------------------------------


def test_a_reply_is_handled_once(room: Mailroom) -> None:
    """Read, acted on, filed; delivered a second time it is known, filed, and nothing happens."""
    message = room.pressed("issue-18", JO)
    assert room.done(message) == [("opt_out", "opted_out")]
    assert (room.status(JO), room.waiting(), room.filed(), changes(room)) == (Status.OPTED_OUT, 0, 1, 1)
    assert room.done(message) == [("opt_out", "again")]
    assert (room.waiting(), room.filed(), changes(room)) == (0, 2, 1)
    assert room.done() == []


def test_two_copies_in_one_reading_are_one_message(room: Mailroom) -> None:
    """Reports too, which wait for the end of the reading."""
    reply, report = room.pressed("issue-18", JO), room.bounce("issue-18", ANN)
    room.drop(reply, report, reply, report)
    assert Counter(entry.done for entry in room.read().entries) == {"opted_out": 1, "bounced": 1, "again": 2}
    assert (room.waiting(), room.filed(), changes(room)) == (0, 4, 2)


class WithOneThatCannotBeRead:
    """A mailbox whose first message the disk does not give."""

    def __init__(self, inner: Source) -> None:
        self.name, self.lasting = inner.name, inner.lasting
        self.file, self.bookmark, self.wait, self.close = inner.file, inner.bookmark, inner.wait, inner.close
        self._inner = inner

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        yield Arrived("first", b"", trouble="Permission denied")
        yield from self._inner.messages(since, bookmark)


def test_a_message_that_cannot_be_read_is_told_and_the_others_are_handled(room: Mailroom) -> None:
    """It is left, said to be unreadable, and tried again next time."""
    room.drop(room.pressed("issue-18", JO))
    for rest in ([("opt_out", "opted_out")], []):
        source = WithOneThatCannotBeRead(open_source("", room.all_settings, room.folder))
        found = reading.read(room.db, source, room.means())
        assert [(entry.kind, entry.done) for entry in found.entries] == [("unreadable", "left"), *rest]
        assert found.entries[0].evidence == "first cannot be read: Permission denied. Check its rights."
        assert found.trouble is None


@pytest.mark.parametrize("where", ["before filing", "after filing", *map(str, range(1, 9))])
def test_killed_anywhere_and_run_again_everything_happens_once(room: Mailroom, where: str) -> None:
    """SIGKILL inside a transaction, between commit and filing, before and after an answer leaves."""
    room.drop(room.pressed("issue-18", JO), room.pressed("issue-18", ANN))
    with ScriptedServer() as relay:
        first = in_a_process(room, where, relay.port)
        died = first.wait(60) == -9
        assert in_a_process(room, "never", relay.port).wait(60) == 0
        answered = Counter(recipient for _, recipient, _ in relay.taken)
    assert died or where.isdigit()
    assert [room.status(address) for address in (JO, ANN, SAM)] == [Status.OPTED_OUT, Status.OPTED_OUT, Status.ACTIVE]
    assert (changes(room), room.waiting(), room.filed()) == (2, 0, 2)
    assert room.db.execute("SELECT count(*) FROM incoming").fetchone() == (2,)
    assert max(answered.values(), default=1) == 1
    in_doubt = [state for _, _, state in room.outbox() if state != "sent"]
    assert len(answered) >= 2 - len(in_doubt)
    assert len(in_doubt) <= 1
    assert set(in_doubt) <= {"in_flight"}


def test_the_clock_dies_at_every_kind_of_moment(room: Mailroom) -> None:
    """The numbers above reach from the first transaction to the last answer: at the next one the process lives."""
    room.drop(room.pressed("issue-18", JO), room.pressed("issue-18", ANN))
    with ScriptedServer() as relay:
        assert in_a_process(room, "1", relay.port).wait(60) == -9
        assert in_a_process(room, "99", relay.port).wait(60) == 0


def test_two_readings_at_once_handle_each_message_once(tmp_path: Path) -> None:
    """The journal's key decides; nobody waits for the other, and nothing is done twice."""
    people = [f"reader{number}@school.test" for number in range(40)]
    room = Mailroom(tmp_path).sent("issue-18", *people)
    room.drop(*(room.pressed("issue-18", address) for address in people))
    with ScriptedServer() as relay:
        both = [in_a_process(room, "never", relay.port) for _ in range(2)]
        assert [process.wait(120) for process in both] == [0, 0]
        answered = Counter(recipient for _, recipient, _ in relay.taken)
    assert {room.status(address) for address in people} == {Status.OPTED_OUT}
    assert room.db.execute("SELECT count(*) FROM finding").fetchone() == (40,)
    assert (changes(room), room.waiting(), room.filed()) == (40, 0, 40)
    assert answered == dict.fromkeys(people, 1)


# -- what is left alone ---------------------------------------------------------------------------------------------


def test_unrelated_mail_is_untouched_and_only_its_key_is_kept(room: Mailroom) -> None:
    """The mailbox may be somebody's own."""
    room.drop(room.reply("aunt@family.test", "Sunday", "Shall we have lunch at one?"))
    assert [(entry.kind, entry.done) for entry in room.read().entries] == [("unrelated", "left")]
    assert room.waiting() == 1
    assert room.db.execute("SELECT source, to_file FROM incoming").fetchall() == [("", 0)]
    assert room.db.execute("SELECT count(*) FROM finding").fetchone() == (0,)
    assert b"aunt@family.test" not in everything_kept(room)
    assert [(entry.kind, entry.done) for entry in room.read().entries] == [("unrelated", "again")]


def test_an_urgent_message_is_never_filed_and_nothing_of_it_is_kept(room: Mailroom) -> None:
    """A child may be at risk: a person reads it now, in the inbox; the database holds no word of it."""
    words = "I am worried about Priscilla in year 4, her stepfather hits her and she has bruises."
    room.drop(room.reply(JO, "Re: issue-18 is out", words, room.copy_id("issue-18", JO)))
    reading = room.read()
    [entry] = reading.urgent
    assert (entry.kind, entry.done, entry.address) == ("urgent", "left", JO)
    assert (room.waiting(), room.filed()) == (1, 0)
    kept = everything_kept(room)
    for word in (b"Priscilla", b"stepfather", b"bruises"):
        assert word not in kept
    [(source, address, named, evidence, proposal, subscriber)] = room.db.execute(
        "SELECT source, address, named, evidence, proposal, subscriber FROM finding JOIN incoming ON incoming = key"
    ).fetchall()
    assert (address, named, evidence, subscriber) == ("", "", "", None)
    assert proposal == (
        f"A child may be at risk. Read it now, in the mailbox: written {room.now.astimezone(LONDON):%d %B %Y %H:%M}, "
        f"message {source}. Accept once somebody has, and has acted"
    )
    assert room.outbox() == []
    assert room.read().urgent == ()


def test_an_alarm_says_that_it_asks_to_come_off_as_well(room: Mailroom) -> None:
    """Nothing is done about the wish, and no word is kept: whoever reads the alarm must know of it."""
    words = "Please take me off the list. I can't bear to read it, with what's happening to my niece in that house."
    room.drop(room.reply(JO, "Re: issue-18 is out", words, room.copy_id("issue-18", JO)))
    [entry] = room.read().urgent
    assert entry.proposal.endswith("; it asks to come off the list as well. Accept once somebody has, and has acted")
    assert room.status(JO) is Status.ACTIVE
    assert (room.waiting(), b"niece" in everything_kept(room)) == (1, False)


def test_an_urgent_message_is_not_forgotten_until_somebody_says_that_it_was_read(room: Mailroom) -> None:
    """Shown once on a screen that nobody watches, it would be lost: it waits in the review, and the overview tells."""
    words = "I am worried about a child in year 4, her stepfather hits her and she has bruises."
    room.drop(room.reply(JO, "Re: issue-18 is out", words, room.copy_id("issue-18", JO)))
    room.read()
    room.read()
    assert journal.open_urgent(room.db) == 1
    [entry] = journal.reviews(room.db)
    with transaction(room.db):
        acting.accept(room.db, entry, Origin(room.now, "editor", "review"))
    assert (journal.open_urgent(room.db), journal.reviews(room.db)) == (0, [])


def test_a_question_stays_in_the_inbox(room: Mailroom) -> None:
    """Somebody on the list asks something: a person answers."""
    room.drop(room.reply(JO, "Re: issue-18 is out", "Which room is the workshop in?"))
    assert [(entry.kind, entry.done) for entry in room.read().entries] == [("question", "left")]
    assert (room.waiting(), room.filed()) == (1, 0)


def test_our_own_copy_in_our_own_mailbox_takes_nobody_off(room: Mailroom) -> None:
    """Live codes are inside; it came from us."""
    raw = room.reply(
        f"PSCB Newsletter <{OURS}>",
        "issue-18 is out",
        f"Unsubscribe: mailto:{OURS}?subject=unsubscribe%20{room.reference('issue-18', JO)}",
        List_Id="PSCB Newsletter <newsletter.pscb.test>",
    )
    room.drop(raw)
    room.read()
    assert room.status(JO) is Status.ACTIVE
    assert room.outbox() == []


def test_a_dry_run_changes_nothing(room: Mailroom) -> None:
    """It says what it would do, and the next reading does it."""
    room.drop(room.pressed("issue-18", JO), room.bounce("issue-18", ANN))
    before = everything_kept(room)
    assert {entry.done for entry in room.read(dry_run=True).entries} == {"opted_out", "bounced"}
    assert everything_kept(room) == before
    assert (room.waiting(), room.outbox()) == (2, [])
    assert {entry.done for entry in room.read().entries} == {"opted_out", "bounced"}


def test_only_mail_newer_than_the_workspace_is_read(room: Mailroom) -> None:
    """Unless a day is given; single files are read whatever their age."""
    room.drop(room.pressed("issue-18", JO), age=timedelta(days=30))
    assert room.read().read == 0
    assert room.read(since=room.now - timedelta(days=40)).read == 1
    old = room.folder / "old.eml"
    old.write_bytes(room.pressed("issue-18", ANN))
    assert [entry.source for entry in room.read(str(old)).entries] == ["old.eml"]
    assert room.status(ANN) is Status.OPTED_OUT


def test_a_reading_is_remembered_when_it_came_to_its_end(room: Mailroom) -> None:
    """`send` says how old the last one is; a single file is no reading of the mailbox."""
    (room.folder / "one.eml").write_bytes(room.pressed("issue-18", JO))
    room.read(str(room.folder / "one.eml"))
    assert room.db.execute("SELECT count(*) FROM reading").fetchone() == (0,)
    room.read()
    assert journal.last_reading(room.db, f"maildir:{room.maildir}") == room.now


def test_only_a_reading_that_leaves_nothing_out_is_remembered(room: Mailroom) -> None:
    """From some day on, mail before it may still be unread; from before the first mailing on, none is."""
    name, began = f"maildir:{room.maildir}", room.now
    room.read()
    room.now += timedelta(hours=1)
    for since, last in ((began, began), (began - timedelta(days=400), room.now)):
        room.read(since=since)
        assert journal.last_reading(room.db, name) == last


# -- bounces --------------------------------------------------------------------------------------------------------


def test_a_dead_mailbox_is_bounced_at_once(room: Mailroom) -> None:
    """The report proves itself by our code and says: no such mailbox."""
    room.drop(room.bounce("issue-18", ANN))
    [entry] = room.read().entries
    assert (entry.done, entry.address, str(entry.severity), entry.status) == ("bounced", ANN, "permanent", "5.1.1")
    assert room.status(ANN) is Status.BOUNCED
    assert journal.returned(room.db, "issue-18") == 1
    assert room.outbox() == []


def test_other_lasting_failures_count_over_issues(room: Mailroom) -> None:
    """Two issues are counted, the third takes them off; the same issue twice counts once."""
    room.sent("issue-19").sent("issue-20")
    refused = ("5.7.1", "550 5.7.1 rejected by policy of this mailbox")
    assert room.done(room.bounce("issue-18", ANN, *refused)) == [("bounce", "counted")]
    assert room.done(room.bounce("issue-18", ANN, "5.3.0", "550 other")) == [("bounce", "counted")]
    assert room.status(ANN) is Status.ACTIVE
    assert [journal.returned(room.db, issue) for issue in ("issue-18", "issue-19")] == [1, 0]


def test_a_forged_report_removes_nobody(room: Mailroom) -> None:
    """Anyone can write one: without our code it goes to review."""
    raw = room.bounce("issue-18", ANN)
    forged = raw.replace(room.reference("issue-18", ANN).encode(), b"AAAAA-AAAAA-AAAAA-AAAAA")
    assert room.done(forged) == [("bounce", "review")]
    assert room.status(ANN) is Status.ACTIVE


def test_a_whole_domain_that_returns_everything_looks_like_an_outage(tmp_path: Path) -> None:
    """More than five and more than a tenth of it in one reading: review, and nobody is removed; others still are."""
    people = [f"reader{number}@school.test" for number in range(20)]
    room = Mailroom(tmp_path).sent("issue-18", *people, ANN)
    room.drop(*(room.bounce("issue-18", address) for address in (*people[:6], ANN)))
    reading = room.read()
    assert Counter(entry.done for entry in reading.entries) == {"review": 6, "bounced": 1}
    assert reading.put_into_review == reading.review == 6
    assert {room.status(address) for address in people} == {Status.ACTIVE}
    assert room.filed() == 7


@pytest.mark.parametrize(("members", "bounces"), [(20, 5), (70, 7)])
def test_a_few_dead_mailboxes_of_a_domain_are_no_outage(tmp_path: Path, members: int, bounces: int) -> None:
    """Five of twenty, or seven of seventy: both bounds must be exceeded."""
    people = [f"reader{number}@school.test" for number in range(members)]
    room = Mailroom(tmp_path).sent("issue-18", *people)
    room.drop(*(room.bounce("issue-18", address) for address in people[:bounces]))
    assert Counter(entry.done for entry in room.read().entries) == {"bounced": bounces}


def everything_kept(room: Mailroom) -> bytes:
    """Return all that the database holds, as text."""
    return "\n".join(room.db.conn.iterdump()).encode()
