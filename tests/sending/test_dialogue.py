"""One session without a socket: what is said in one write, and what is known of a copy whatever the relay answers."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pscb_mail.errors import SettingsError
from pscb_mail.sending.dialogue import Answered, Dialogue, InDoubt, NotSent, Phase
from pscb_mail.sending.envelope import Copy
from pscb_mail.sending.opening import Credentials
from pscb_mail.sending.replies import Reply, Stage
from pscb_mail.sending.troubles import RelayAwayError, RelayRefusesError
from pscb_mail.settings import Relay

PLAIN = Relay(host="127.0.0.1", security="none")
MODES = {"step by step": (), "PIPELINING": ("PIPELINING",), "CHUNKING": ("PIPELINING", "CHUNKING")}
ENVELOPE = b"MAIL FROM:<news@pscb.test>\r\nRCPT TO:<%s@a.test>\r\n"
GONE = b"550 5.1.1 no such user\r\n"
REFUSED = Answered(Stage.RCPT, Reply(550, "5.1.1 no such user"))
OK, GO, TAKEN = b"250 2.1.0 fine\r\n", b"354 go on\r\n", b"250 2.0.0 taken\r\n"


def copy(name: str = "jo", *pieces: bytes) -> Copy:
    return Copy("news@pscb.test", f"{name}@a.test", pieces or (b"Subject: x\r\n\r\n", f"Dear {name}\r\n".encode()))


def message(name: str) -> bytes:
    return b"".join(copy(name).pieces)


def said(dialogue: Dialogue) -> bytes:
    """Return what leaves in the next write, all of it taken by the network."""
    data = b"".join(dialogue.outgoing.pieces)
    dialogue.outgoing.took(len(data))
    return data


def opened(*offers: str, relay: Relay = PLAIN, who: Credentials | None = None) -> Dialogue:
    dialogue = Dialogue(relay, who)
    dialogue.connected("[127.0.0.1]")
    dialogue.receive(b"220 relay.test ESMTP\r\n")
    assert said(dialogue) == b"EHLO [127.0.0.1]\r\n"
    dialogue.receive(b"".join(b"250-%s\r\n" % line.encode() for line in ("relay.test", *offers)) + b"250 HELP\r\n")
    return dialogue


def outcomes(dialogue: Dialogue) -> dict[str, object]:
    return {copy.recipient.partition("@")[0]: outcome for copy, outcome in dialogue.ended}


def recorded(dialogue: Dialogue) -> dict[str, object]:
    """Take the outcomes as a driver does that has made them durable, and let the session go on."""
    taken = outcomes(dialogue)
    dialogue.ended.clear()
    dialogue.go_on()
    return taken


# -- what leaves in one write ---------------------------------------------------------------------------------------


def test_without_pipelining_every_command_waits_for_its_answer() -> None:
    """RFC 5321 as it was before RFC 2920."""
    dialogue = opened()
    dialogue.offer(copy())
    assert said(dialogue) == b"MAIL FROM:<news@pscb.test>\r\n"
    dialogue.receive(OK)
    assert said(dialogue) == b"RCPT TO:<jo@a.test>\r\n"
    dialogue.receive(OK)
    assert said(dialogue) == b"DATA\r\n"
    dialogue.receive(GO)
    assert not dialogue.room
    dialogue.go_on()
    assert said(dialogue) == message("jo") + b".\r\n"
    dialogue.receive(TAKEN)
    assert outcomes(dialogue) == {"jo": Answered(Stage.BODY, Reply(250, "2.0.0 taken"))}
    assert dialogue.room


def test_with_pipelining_the_end_of_a_message_and_the_next_envelope_leave_in_one_write() -> None:
    """So a message costs one round trip (RFC 2920 section 3.1), and never more than two copies are under way."""
    dialogue = opened("PIPELINING")
    dialogue.offer(copy("a"))
    assert said(dialogue) == ENVELOPE % b"a" + b"DATA\r\n"
    assert not dialogue.room
    dialogue.receive(OK + OK + GO)
    for done, following in (("a", "b"), ("b", "c")):
        assert dialogue.room
        dialogue.offer(copy(following))
        assert said(dialogue) == message(done) + b".\r\n" + ENVELOPE % following.encode() + b"DATA\r\n"
        assert (dialogue.room, dialogue.busy) == (False, 2)
        dialogue.receive(TAKEN + OK + OK + GO)
    assert list(outcomes(dialogue)) == ["a", "b"]
    dialogue.go_on()
    assert said(dialogue) == message("c") + b".\r\n"


def test_with_chunking_envelope_and_message_leave_in_one_write() -> None:
    """RFC 3030: nothing has to be asked before the message."""
    dialogue = opened("PIPELINING", "CHUNKING")
    dialogue.offer(copy())
    assert said(dialogue) == chunk("jo")
    dialogue.receive(OK + OK + TAKEN)
    assert outcomes(dialogue) == {"jo": Answered(Stage.BODY, Reply(250, "2.0.0 taken"))}
    assert dialogue.room


def chunk(name: str) -> bytes:
    return ENVELOPE % name.encode() + b"BDAT %d LAST\r\n" % len(message(name)) + message(name)


def test_with_chunking_the_next_message_does_not_wait_for_the_answer() -> None:
    """Two under way, never three; RSET before the second, in case the first fails (RFC 3030 section 2)."""
    dialogue = opened("PIPELINING", "CHUNKING")
    dialogue.offer(copy("a"))
    dialogue.offer(copy("b"))
    assert said(dialogue) == chunk("a") + b"RSET\r\n" + chunk("b")
    assert not dialogue.room
    dialogue.receive(OK + GONE + b"554 5.5.1 no valid recipients\r\n")
    assert dialogue.room
    dialogue.offer(copy("c"))
    assert said(dialogue) == b"RSET\r\n" + chunk("c")
    dialogue.receive(OK + OK + OK + TAKEN + OK + OK + OK + TAKEN)
    assert list(outcomes(dialogue)) == ["a", "b", "c"]
    assert outcomes(dialogue)["a"] == REFUSED
    assert {outcomes(dialogue)[name] for name in "bc"} == {Answered(Stage.BODY, Reply(250, "2.0.0 taken"))}


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        (b"", (InDoubt, InDoubt)),
        (OK + GONE, (Answered, InDoubt)),
        (OK + OK + TAKEN, (Answered, InDoubt)),
        (OK + OK + TAKEN + b"421 4.3.2 closing\r\n", (Answered, InDoubt)),
        (OK + OK + TAKEN + OK + b"421 4.3.2 closing\r\n", (Answered, Answered)),
        (OK + OK + b"421 4.3.2 closing\r\n", (Answered, InDoubt)),
    ],
)
def test_of_two_messages_that_have_left_each_is_in_doubt_until_it_is_answered(
    replies: bytes, expected: tuple[type, type]
) -> None:
    """The session breaks: what was answered is known, the rest may have arrived."""
    dialogue = opened("PIPELINING", "CHUNKING")
    dialogue.offer(copy("a"))
    dialogue.offer(copy("b"))
    said(dialogue)
    dialogue.receive(replies)
    dialogue.break_off("it hung up")
    assert tuple(type(outcome) for outcome in outcomes(dialogue).values()) == expected


def test_chunking_without_pipelining_waits_for_the_envelope() -> None:
    """BDAT may only be pipelined where PIPELINING is offered (RFC 3030 section 4.2)."""
    dialogue = opened("CHUNKING")
    dialogue.offer(copy())
    assert said(dialogue) == b"MAIL FROM:<news@pscb.test>\r\n"
    dialogue.receive(OK)
    said(dialogue)
    dialogue.receive(OK)
    assert said(dialogue) == b"BDAT %d LAST\r\n" % len(message("jo")) + message("jo")


# -- refusals in the middle of a pipeline ---------------------------------------------------------------------------


@pytest.mark.parametrize("after", [b"554 5.5.1 no valid recipients\r\n", b"503 5.5.1 RCPT first\r\n"])
def test_a_refused_recipient_is_taken_back_before_the_next(after: bytes) -> None:
    """The refusal stands, RSET clears the transaction, and the next copy waits for its answer."""
    dialogue = opened("PIPELINING")
    dialogue.offer(copy())
    said(dialogue)
    dialogue.receive(OK + GONE + after)
    assert outcomes(dialogue) == {"jo": REFUSED}
    assert said(dialogue) == b"RSET\r\n"
    assert not dialogue.room
    dialogue.receive(OK)
    assert dialogue.room


def test_a_relay_that_asks_for_the_message_of_a_refused_recipient_gets_an_empty_one() -> None:
    """RFC 2920 section 3.1: a client must be prepared to send a lone dot; nothing was delivered."""
    dialogue = opened("PIPELINING")
    dialogue.offer(copy())
    said(dialogue)
    dialogue.receive(OK + GONE + GO)
    assert said(dialogue) == b".\r\n"
    dialogue.receive(TAKEN)
    assert outcomes(dialogue) == {"jo": REFUSED}
    assert dialogue.room


def test_a_relay_that_refused_the_sender_and_wants_the_message_gets_nothing() -> None:
    """Refused sender, accepted recipient, "go on": an empty message could be delivered, so the session ends instead."""
    dialogue = opened("PIPELINING")
    dialogue.offer(copy())
    said(dialogue)
    dialogue.receive(b"451 4.3.0 later\r\n" + OK + GO)
    assert said(dialogue) == b""
    assert outcomes(dialogue) == {"jo": Answered(Stage.MAIL, Reply(451, "4.3.0 later"))}
    assert dialogue.phase is Phase.CLOSED


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        (OK + GONE + b"554 5.5.1 no valid recipients\r\n", REFUSED),
        (b"550 5.7.1 not you\r\n" + GONE + GONE, Answered(Stage.MAIL, Reply(550, "5.7.1 not you"))),
        (OK + OK + b"552 5.2.2 full\r\n", Answered(Stage.BODY, Reply(552, "5.2.2 full"))),
        (b"550 5.7.1 not you\r\n" + OK + TAKEN, Answered(Stage.BODY, Reply(250, "2.0.0 taken"))),
    ],
)
def test_after_a_failed_bdat_rset_must_follow(replies: bytes, outcome: object) -> None:
    """RFC 3030 section 2: the state is indeterminate. What was taken all the same counts as taken."""
    dialogue = opened("PIPELINING", "CHUNKING")
    dialogue.offer(copy())
    said(dialogue)
    dialogue.receive(replies)
    assert outcomes(dialogue) == {"jo": outcome}
    assert said(dialogue) == b"RSET\r\n"


@pytest.mark.parametrize(
    ("replies", "first", "second"),
    [
        (b"421 4.3.2 closing\r\n", Answered(Stage.BODY, Reply(421, "4.3.2 closing")), NotSent),
        (TAKEN + b"421 4.3.2 closing\r\n", Answered(Stage.BODY, Reply(250, "2.0.0 taken")), Answered),
        (TAKEN + OK + GONE + b"421 4.3.2 closing\r\n", Answered(Stage.BODY, Reply(250, "2.0.0 taken")), REFUSED),
        (TAKEN + OK + OK + b"421 4.3.2 closing\r\n", Answered(Stage.BODY, Reply(250, "2.0.0 taken")), Answered),
        (b"", InDoubt, NotSent),
        (TAKEN, Answered(Stage.BODY, Reply(250, "2.0.0 taken")), NotSent),
        (TAKEN + OK + GONE, Answered(Stage.BODY, Reply(250, "2.0.0 taken")), REFUSED),
        (TAKEN + OK + OK + GO, Answered(Stage.BODY, Reply(250, "2.0.0 taken")), NotSent),
        (b"garbage\r\n", InDoubt, NotSent),
        (b"250-2.0.0 tak", InDoubt, NotSent),
        (b"354 go on\r\n", InDoubt, NotSent),
    ],
)
def test_in_the_middle_of_a_pipeline_each_copy_has_its_own_truth(replies: bytes, first: object, second: object) -> None:
    """The copy whose last byte has left is answered or in doubt; the next, whose message has not begun, never left."""
    dialogue = opened("PIPELINING")
    dialogue.offer(copy("a"))
    said(dialogue)
    dialogue.receive(OK + OK + GO)
    dialogue.offer(copy("b"))
    said(dialogue)
    dialogue.receive(replies)
    dialogue.break_off("it hung up")
    for expected, found in zip((first, second), outcomes(dialogue).values(), strict=True):
        assert found == expected if isinstance(expected, Answered) else isinstance(found, expected)


@pytest.mark.parametrize("mode", MODES)
def test_a_copy_is_in_doubt_from_its_last_byte_on_and_not_before(mode: str) -> None:
    """Handed over up to the last byte but one: not sent. With it: in doubt."""
    for missing, expected in ((1, NotSent), (0, InDoubt)):
        dialogue = opened(*MODES[mode])
        dialogue.offer(copy())
        while not b"".join(dialogue.outgoing.pieces).endswith((b".\r\n", b"Dear jo\r\n")):
            dialogue.receive({b"MAIL": OK, b"RCPT": OK, b"DATA": GO}[said(dialogue).split(b"\r\n")[-2][:4]]
                             if mode == "step by step" else (said(dialogue) and OK + OK + GO))  # fmt: skip
            dialogue.go_on()
        dialogue.outgoing.took(len(b"".join(dialogue.outgoing.pieces)) - missing)
        dialogue.break_off("it hung up")
        assert isinstance(dialogue.ended[0][1], expected)


def test_a_copy_is_in_doubt_where_something_breaks_into_the_write_of_its_last_byte() -> None:
    """Ctrl-C may come after the network took it and before that was counted: sent again, it could arrive twice."""
    for going, outcome in ((True, InDoubt("we hung up")), (False, NotSent("we hung up"))):
        dialogue = opened()
        dialogue.offer(copy())
        for reply in (OK, OK, GO):
            said(dialogue)
            dialogue.receive(reply)
        dialogue.go_on()
        dialogue.outgoing.going = going
        dialogue.break_off("we hung up")
        assert outcomes(dialogue) == {"jo": outcome}


def test_an_answer_that_comes_before_the_end_of_the_message_is_no_answer_to_it() -> None:
    """A reply to a message that has not been sent must never be taken for "accepted"."""
    dialogue = opened("PIPELINING")
    dialogue.offer(copy())
    said(dialogue)
    dialogue.receive(OK + OK + GO)
    dialogue.go_on()
    dialogue.outgoing.took(5)
    dialogue.receive(TAKEN)
    assert isinstance(outcomes(dialogue)["jo"], NotSent)
    assert dialogue.phase is Phase.CLOSED


def test_what_nobody_asked_for_ends_the_session() -> None:
    """One reply too many would be taken for the next one's: who is out of step is not talked to any more."""
    dialogue = opened("PIPELINING")
    dialogue.receive(TAKEN)
    assert dialogue.phase is Phase.CLOSED
    assert isinstance(dialogue.problem, RelayAwayError)


@pytest.mark.parametrize("mode", MODES)
def test_leaving_finishes_what_has_begun_and_begins_nothing(mode: str) -> None:
    """Stopping: the copy on its way is answered, the one behind it stays in the queue, and no QUIT lands in a message.

    QUIT leaves only once the outcomes are taken, and what is still said to the envelope behind counts for nothing.
    """
    dialogue = opened(*MODES[mode])
    dialogue.offer(copy("a"))
    while not dialogue.outgoing.pieces or not b"".join(dialogue.outgoing.pieces).endswith((b".\r\n", b"Dear a\r\n")):
        words = said(dialogue)
        dialogue.receive(OK + OK + GO if mode == "PIPELINING" else GO if b"DATA" in words else OK)
        if mode == "PIPELINING":
            dialogue.offer(copy("b"))
            break
        dialogue.go_on()
    said(dialogue)
    dialogue.finish()
    dialogue.receive((OK + OK if mode == "CHUNKING" else b"") + TAKEN)
    if mode == "PIPELINING":
        dialogue.receive(OK + GONE + b"554 5.5.1 no valid recipients\r\n")
    dialogue.go_on()
    assert said(dialogue) == b""
    ended = recorded(dialogue)
    assert ended.pop("a") == Answered(Stage.BODY, Reply(250, "2.0.0 taken"))
    assert ended.get("b", NotSent("the run was stopping")) == NotSent("the run was stopping")
    assert said(dialogue) == (b"" if mode == "PIPELINING" else b"QUIT\r\n")
    assert dialogue.problem is None


def test_leaving_while_the_relay_waits_for_a_message_hangs_up() -> None:
    """QUIT would be the message's first line."""
    dialogue = opened("PIPELINING")
    dialogue.offer(copy())
    said(dialogue)
    dialogue.receive(OK + OK + GO)
    dialogue.finish()
    assert recorded(dialogue) == {"jo": NotSent("the run was stopping")}
    assert (said(dialogue), dialogue.phase) == (b"", Phase.CLOSED)


# -- opening --------------------------------------------------------------------------------------------------------


def test_a_token_signs_in_by_xoauth2_and_its_refusal_is_asked_for() -> None:
    """The challenge that explains a refused token gets an empty answer, and then the refusal is what counts."""
    dialogue = opened("AUTH LOGIN XOAUTH2", who=Credentials("news@pscb.test", "token", is_token=True))
    words = said(dialogue).split()
    assert words[:2] == [b"AUTH", b"XOAUTH2"]
    assert base64.b64decode(words[2]) == b"user=news@pscb.test\1auth=Bearer token\1\1"
    dialogue.receive(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")
    assert said(dialogue) == b"\r\n"
    dialogue.receive(b"535 5.7.3 Authentication unsuccessful\r\n")
    assert isinstance(dialogue.problem, RelayRefusesError)


@pytest.mark.parametrize(
    ("offer", "who"),
    [("AUTH XOAUTH2", Credentials("u", "secret")), ("AUTH PLAIN", Credentials("u", "secret", is_token=True)), ("HELP", Credentials("u", "secret"))],
)  # fmt: skip
def test_no_way_to_sign_in_is_a_mistake_of_the_settings(offer: str, who: Credentials) -> None:
    """A password never goes where a token is asked for, nor the other way round; the hint says where to look."""
    dialogue = opened(offer, who=who)
    assert isinstance(dialogue.problem, SettingsError)
    assert said(dialogue) == b""


# -- whatever comes -------------------------------------------------------------------------------------------------


@given(
    st.sampled_from(sorted(MODES)),
    st.lists(st.sampled_from([OK, TAKEN, GO, GONE, b"421 4.3.2 x\r\n", b"?\r\n", b"250-"])),
)
def test_however_replies_are_cut_they_mean_the_same(mode: str, replies: list[bytes]) -> None:
    """Byte by byte or at once: the same words, the same outcomes."""
    ends = []
    for cut in (1, 1_000_000):
        dialogue = opened(*MODES[mode])
        dialogue.offer(copy())
        words = said(dialogue)
        for reply in replies:
            for start in range(0, len(reply), cut):
                dialogue.receive(reply[start : start + cut])
            dialogue.go_on()
            words += said(dialogue)
        dialogue.break_off("over")
        ends.append((words, outcomes(dialogue)))
    assert ends[0] == ends[1]


@given(st.sampled_from(sorted(MODES)), st.lists(st.binary(max_size=40) | st.sampled_from([OK, TAKEN, GO, GONE])))
def test_no_bytes_whatever_make_it_raise_or_lose_a_copy(mode: str, received: list[bytes]) -> None:
    """Every copy that was offered ends with exactly one outcome; only a 2yz to the whole message counts as taken."""
    dialogue = opened(*MODES[mode])
    offered = 0
    for data in received:
        if dialogue.room:
            dialogue.offer(copy(f"n{offered}"))
            offered += 1
        said(dialogue)
        dialogue.receive(data)
        dialogue.go_on()
    said(dialogue)
    dialogue.break_off("over")
    assert [copy.recipient for copy, _ in dialogue.ended] == [f"n{n}@a.test" for n in range(offered)]
    assert dialogue.busy == 0
