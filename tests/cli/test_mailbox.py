"""`inbox` and `review` as a user runs them: what they print, in which form, and how they end."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from mailroom import KEY, Mailroom
from program import Program, workspace
from scripted import ScriptedServer, hang_up

from pscb_mail.mailbox import outbox
from pscb_mail.mailbox.decision import Answer
from pscb_mail.mailbox.outbox import Letter
from pscb_mail.people import roster
from pscb_mail.people.address import parse_person
from pscb_mail.people.changes import Origin

JO, ANN, SAM, KIM = "jo@school.test", "ann@health.test", "sam@police.test", "kim@council.test"
NAMED = {"opt_out", "subscribe", "address_change", "left", "away", "bounce", "complaint", "automatic", "question"}
ALARM = "I am worried about Priscilla in year 4, her stepfather hits her and she has bruises."
FINDINGS = NAMED | {"urgent", "unreadable", "unrelated"}


@pytest.fixture
def room(tmp_path: Path) -> Mailroom:
    """A workspace on disk, its issue sent to four people."""
    workspace(tmp_path, mailbox='source = "maildir:inbox"')
    (tmp_path / "pscb-mail.key").write_bytes(KEY)
    return Mailroom(tmp_path).sent("issue-18", f"Jo Bloggs <{JO}>", ANN, SAM, KIM)


@pytest.fixture
def program(room: Mailroom) -> Program:
    return Program(room.folder)


def left(room: Mailroom, address: str) -> bytes:
    """Return a mail that says that its sender has left."""
    return room.reply(
        address, "Re: issue-18 is out", "I have left and no longer work here.", room.copy_id("issue-18", address)
    )


def test_the_json_is_the_contracts(room: Mailroom, program: Program) -> None:
    """Keys, counts of every finding, one entry for each recipient; nothing else on standard output."""
    room.drop(room.pressed("issue-18", JO), room.bounce("issue-18", ANN), left(room, SAM))
    found = program("inbox", "--json", expect=1).json
    assert set(found) == {"read", "counts", "review", "messages"}
    assert set(found["counts"]) == FINDINGS
    assert (found["read"], found["review"], sum(found["counts"].values())) == (3, 1, 3)
    for entry in found["messages"]:
        assert set(entry) == {"id", "source", "finding", "action", "address", "severity", "status", "evidence"}
    done = {entry["address"]: (entry["finding"], entry["action"], entry["severity"]) for entry in found["messages"]}
    assert done == {
        JO: ("opt_out", "opted_out", None),
        ANN: ("bounce", "bounced", "permanent"),
        SAM: ("left", "review", None),
    }
    assert {entry["source"] for entry in found["messages"]} == {f"{n:06}.mail.test" for n in (4, 5, 6)}
    statuses = {entry["address"]: entry["status"] for entry in program("list", "--json").json}
    assert statuses == {JO: "opted_out", ANN: "bounced", SAM: "active", KIM: "active"}


def test_it_ends_with_1_only_where_this_reading_needs_a_person(room: Mailroom, program: Program) -> None:
    """What has waited since before is no news; a child at risk always is."""
    room.drop(left(room, SAM))
    assert "needs you" in program("inbox", expect=1).out
    room.drop(room.pressed("issue-18", JO), room.reply(KIM, "Re: issue-18 is out", "Is there lunch?"))
    program("inbox", expect=0)
    room.drop(room.reply(KIM, "Re: issue-18 is out", "I am worried about a child, her stepfather hits her."))
    done = program("inbox", expect=1)
    assert done.out.startswith(f"READ NOW  from {KIM}")
    program("inbox", expect=0)


def test_the_last_lines_sum_up(room: Mailroom, program: Program) -> None:
    """This reading, the mailing so far, and what to do next."""
    away = room.reply(
        KIM, "Automatic reply", "I am away until Monday.", room.copy_id("issue-18", KIM), Auto_Submitted="auto-replied"
    )
    room.drop(room.pressed("issue-18", JO), room.bounce("issue-18", ANN), left(room, SAM), away)
    lines = program("inbox", expect=1).out.splitlines()
    assert lines[-3:] == [
        "4 messages read: 1 about coming off, 1 about leaving, 1 away, 1 bounced",
        "issue-18, 4 sent: 1 bounced, 1 away, 1 opted out",
        "1 reply needs you: `pscb-mail review`",
    ]
    assert program("inbox").out.splitlines()[0] == "0 messages read"


def test_who_is_marked_by_a_report_is_told_with_its_proof_and_can_be_brought_back(
    room: Mailroom, program: Program
) -> None:
    """A report can be made by whoever has a copy: what it proved itself by, and the change to take back."""
    room.drop(room.bounce("issue-18", ANN))
    done = program("inbox", expect=0)
    proof = "report with the code of their copy: 5.1.1 550 5.1.1 no such user"
    assert proof in done.out
    assert "`pscb-mail undo CHANGE` takes it back" in done.err
    told = {entry["what"]: entry["detail"] for entry in program("show", ANN, "--json").json["timeline"]}
    assert told["mail returned"] == f"Marked as bounced. {proof}"
    change = re.match(r"Change (\d+) by pscb-mail inbox", told["bounced"])
    assert change is not None
    assert proof in told["bounced"]
    program("undo", change[1], "--yes")
    assert room.person(ANN).status == "active"


def test_what_was_returned_is_told_as_a_part_of_what_was_handed_over(room: Mailroom, program: Program) -> None:
    """The numbers above the sum add up to it."""
    room.drop(room.bounce("issue-18", ANN))
    program("inbox")
    handed_over, in_all = program("status", "18").out.splitlines()[1:]
    assert handed_over.split()[0] == "4"
    assert in_all.strip() == "4  in all, 1 of them returned by the recipient's server later"
    assert "4 of 4 handed over (1 returned)" in program().out


def test_standard_input_and_a_file_are_read(room: Mailroom, program: Program) -> None:
    """For a mail server's filter, and for a message saved by hand."""
    found = program("inbox", "-", "--json", given=room.pressed("issue-18", JO).decode()).json
    assert [(each["source"], each["action"]) for each in found["messages"]] == [("-", "opted_out")]
    (room.folder / "bounce.eml").write_bytes(room.bounce("issue-18", ANN))
    found = program("inbox", "bounce.eml", "--json").json
    assert [(each["source"], each["action"]) for each in found["messages"]] == [("bounce.eml", "bounced")]
    assert program("inbox", "bounce.eml", "--json").json["messages"][0]["action"] == "again"


def test_a_dry_run_says_what_it_would_do_and_does_nothing(room: Mailroom, program: Program) -> None:
    """Nothing is changed, filed or answered."""
    room.drop(room.pressed("issue-18", JO))
    done = program("inbox", "--dry-run")
    assert "opted out" in done.out
    assert "nothing was changed" in done.err
    assert (room.waiting(), room.outbox(), program("review", "--json").json) == (1, [], [])


def test_answers_leave_after_the_reading(room: Mailroom) -> None:
    """Through the relay; without one they wait, and the reading is done all the same."""
    program = Program(room.folder)
    room.drop(room.pressed("issue-18", JO))
    assert "Answers wait" in program("inbox").err
    with ScriptedServer() as server:
        program = workspace(
            room.folder,
            relay=f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"',
            mailbox='source = "maildir:inbox"',
        )
        assert "1 answer sent." in program("inbox").err
        assert [to for _, to, _ in server.taken] == [JO]
    with ScriptedServer() as server:
        program("inbox")
        assert server.taken == []


def test_an_answer_that_may_not_have_arrived_is_told_once(room: Mailroom) -> None:
    """It is never sent again, so somebody should know; later runs tell of their own."""
    room.drop(room.pressed("issue-18", JO))
    with ScriptedServer({"BODY": hang_up}) as server:
        program = workspace(
            room.folder,
            relay=f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"',
            mailbox='source = "maildir:inbox"',
        )
        assert "1 answer may or may not have arrived" in program("inbox").err
        room.drop(room.pressed("issue-18", ANN))
        assert "1 answer may or may not have arrived" in program("inbox").err


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--since", "yesterday"], 2, "not a day"),
        (["nothing.eml"], 2, "There is no file"),
        (["imap://jo@127.0.0.1:1/INBOX"], 75, "cannot be reached"),
        (["--watch", "--json"], 2, "--watch"),
        (["-", "--watch"], 2, "not with one message"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(program: Program, args: list[str], code: int, words: str) -> None:
    """With the exit code that says whose fault it is."""
    program.env["PSCB_MAIL_MAILBOX_PASSWORD"] = "secret"
    done = program("inbox", *args, expect=code)
    assert words in done.err
    assert "secret" not in done.err + done.out


def test_nothing_foreign_reaches_the_terminal_as_it_is(room: Mailroom, program: Program) -> None:
    """Escapes, markup and our own codes."""
    words = "Please use my new address evil@school.test [red]now[/red] \x1b]0;pwned\x07\x1b[2J thanks"
    room.drop(
        room.reply(SAM, "Re: issue-18 is out", words, room.copy_id("issue-18", SAM)), room.pressed("issue-18", JO)
    )
    shown = program("inbox", expect=1).out + program("review").out
    assert "\x1b" not in shown
    assert "[red]" in shown
    assert room.reference("issue-18", JO) not in shown


# -- review ---------------------------------------------------------------------------------------------------------


def test_review_lists_with_numbers_that_never_shift(room: Mailroom, program: Program) -> None:
    """The contract's keys; settling one leaves the others their numbers."""
    room.drop(*(left(room, address) for address in (JO, ANN, SAM)))
    program("inbox", expect=1)
    entries = program("review", "--json").json
    assert [set(entry) for entry in entries] == [{"number", "finding", "address", "proposal", "evidence"}] * 3
    numbers = {entry["address"]: entry["number"] for entry in entries}
    program("review", "--dismiss", str(numbers[ANN]))
    assert {entry["address"]: entry["number"] for entry in program("review", "--json").json} == {
        JO: numbers[JO],
        SAM: numbers[SAM],
    }


def test_what_must_be_read_now_comes_first_in_the_review(room: Mailroom, program: Program) -> None:
    """However many entries were open before it."""
    room.drop(left(room, JO), left(room, ANN))
    program("inbox", expect=1)
    room.drop(room.reply(KIM, "Re: issue-18 is out", ALARM))
    program("inbox", expect=1)
    assert [entry["finding"] for entry in program("review", "--json").json] == ["urgent", "left", "left"]
    assert program("review").out.split("READ NOW")[0].count("Entry") == 1


def test_who_wrote_about_another_is_shown(room: Mailroom, program: Program) -> None:
    """In the review and in the story of whom it is about, and that nothing proves it."""
    room.drop(room.reply("sam8home@gmail.test", "Newsletter", f"Please take {JO} off the newsletter list."))
    program("inbox", expect=1)
    (entry,) = program("review", "--json").json
    assert (entry["address"], entry["evidence"].partition(": ")[0]) == (JO, "sam8home@gmail.test")
    assert entry["proposal"].endswith("nothing proves who wrote")
    assert "sam8home@gmail.test: Please take" in program("show", JO).out


def test_a_key_says_all_that_accepting_does(room: Mailroom, program: Program) -> None:
    """A successor is put on the list with what the leaver had."""
    words = "I have left. Please send it to my successor Pat Green (pat.green@school.test)."
    room.drop(room.reply(JO, "Re: issue-18 is out", words, room.copy_id("issue-18", JO)))
    program("inbox", expect=1)
    _, shown = program.at_terminal("l\n", "review")
    assert "[a]ccept (removed; pat.green@school.test joins with their role and groups)" in " ".join(shown.split())


@pytest.mark.parametrize("kind", [Answer.PLEASE_CONFIRM, Answer.STILL_WANTED])
def test_every_yes_has_its_line(room: Mailroom, program: Program, kind: Answer) -> None:
    """Also one that changes nothing; and whoever says it for the first time does not come back."""
    new = parse_person("Eve New <eve@school.test>")
    confirm = ("heads",) if kind is Answer.PLEASE_CONFIRM else ()
    roster.add(room.db, [new], Origin(room.now, "editor", "add"), groups=("Heads",), confirm=confirm)
    letter = Letter(kind, room.person("eve@school.test").id, "<ask.1@pscb.test>", "eve@school.test", "?", "?")
    outbox.write(room.db, None, letter, room.now)
    room.db.execute("UPDATE outbox SET state = 'sent'")
    room.drop(room.reply("eve@school.test", "Re: ?", "Yes please", "<ask.1@pscb.test>"))
    shown = program("inbox").out
    assert "said yes  eve@school.test" in shown
    assert "came back" not in shown


def test_who_never_got_an_issue_does_not_count_as_opted_out_of_it(room: Mailroom, program: Program) -> None:
    """The last lines say what the report says."""
    roster.bounce(room.db, [room.person(JO).id], Origin(room.now, "test", "inbox"))
    room.now += timedelta(milliseconds=1)
    room.sent("issue-19")
    room.drop(room.pressed("issue-18", JO))
    assert "issue-19, 3 sent" in program("inbox").out.splitlines()
    room.drop(room.pressed("issue-19", ANN))
    assert "issue-19, 3 sent: 1 opted out" in program("inbox").out.splitlines()


def test_accepting_ranges_does_what_is_proposed_and_undo_takes_one_back(room: Mailroom, program: Program) -> None:
    """One change an entry."""
    room.drop(*(left(room, address) for address in (JO, ANN, SAM)))
    program("inbox", expect=1)
    first, _, last = (entry["number"] for entry in program("review", "--json").json)
    done = program("review", "--accept", f"{first},{first + 1}-{last}")
    assert done.err.count("takes it back") == 3
    assert {entry["status"] for entry in program("list", "--json").json} == {"removed", "active"}
    program("undo", "--yes")
    assert [entry["address"] for entry in program("review", "--json").json] == [SAM]
    assert program("review", "--accept", str(last), "--json").json == []


@pytest.mark.parametrize(
    "choice", [["--accept", "x"], ["--accept", "99"], ["--accept", "1", "--dismiss", "1"], ["--dismiss", "3-1"]]
)
def test_a_wrong_choice_changes_nothing(room: Mailroom, program: Program, choice: list[str]) -> None:
    """2, and everything is open as before."""
    room.drop(left(room, JO))
    program("inbox", expect=1)
    program("review", *choice, expect=2)
    assert len(program("review", "--json").json) == 1


def test_where_one_entry_cannot_be_accepted_none_is(room: Mailroom, program: Program) -> None:
    """All that was named, or nothing."""
    room.drop(left(room, JO), room.reply("x@elsewhere.test", "Newsletter", "Please take me off your newsletter list."))
    program("inbox", expect=1)
    numbers = [str(entry["number"]) for entry in program("review", "--json").json]
    assert "does not say who" in program("review", "--accept", ",".join(numbers), expect=2).err
    assert len(program("review", "--json").json) == 2
    assert {entry["status"] for entry in program("list", "--json").json} == {"active"}


def test_on_a_terminal_one_entry_after_the_other_is_asked_about(room: Mailroom, program: Program) -> None:
    """Each key says what it does, and `?` more; what cannot be accepted is not offered so; the rest stays open."""
    stranger = room.reply("x@elsewhere.test", "Newsletter", "Please take me off your newsletter list.")
    room.drop(*(left(room, address) for address in (JO, ANN, SAM, KIM)), stranger)
    program("inbox", expect=1)
    code, shown = program.at_terminal("?\na\nd\nl\nl\na\nd\n", "review")
    assert code == 0
    assert "2 still open." in shown
    assert shown.count("accept: what is proposed is done") == 1
    assert "[a]ccept (removed), [d]ismiss (stays on), [l]ater, [q]uit, [?] help:" in shown
    assert "[d]ismiss (done by hand, or not needed), [l]ater" in shown
    assert "Entry 1 (1 of 5)  jo@school.test" in shown
    assert shown.count("[a]ccept") == 5
    assert "Find out who is to come off the list" in shown
    assert [room.person(address).status for address in (JO, ANN)] == ["removed", "active"]


def test_an_alarm_in_the_review_says_what_it_is_and_what_settles_it(room: Mailroom, program: Program) -> None:
    """It looks like no empty row to dismiss: a child, where the message is, and that somebody has to act."""
    room.drop(room.reply(JO, "Re: issue-18 is out", ALARM, room.copy_id("issue-18", JO)))
    program("inbox", expect=1)
    shown = program("review").out
    assert "READ NOW" in shown
    assert "A child may be at risk" in shown
    assert "“”" not in shown
    code, shown = program.at_terminal("a\n", "review")
    assert code == 0
    assert "[a]ccept (read, acted on), [d]ismiss (no alarm)" in shown
    assert "settled: somebody has read it and acted" in shown


@pytest.mark.parametrize("choice", ["--accept", "--dismiss"])
def test_a_range_settles_no_alarm(room: Mailroom, program: Program, choice: str) -> None:
    """Nobody has read what they only counted past: it stays open and is told, until its own number is named."""
    room.drop(left(room, JO), room.reply(ANN, "Re: issue-18 is out", ALARM, room.copy_id("issue-18", ANN)))
    room.drop(left(room, SAM))
    program("inbox", expect=1)
    alarm = next(entry["number"] for entry in program("review", "--json").json if entry["finding"] == "urgent")
    done = program("review", choice, "1-20", expect=0)
    assert f"{alarm}  still open: a child may be at risk" in done.err
    assert [entry["finding"] for entry in program("review", "--json").json] == ["urgent"]
    refused = program("review", choice, "1-20", expect=2).err
    assert "Nothing but alarms is open at 1-20" in refused
    assert "What to do: `pscb-mail review` shows them." in refused
    assert program("review", choice, str(alarm), "--json", expect=0).json == []


def test_nothing_to_review_is_said(program: Program) -> None:
    """And an empty list in JSON."""
    assert "Nothing needs you." in program("review").err
    assert program("review", "--json").json == []
