"""The contract's table, cell by cell: what is done about a finding, given what the ledgers know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pscb_mail.mailbox.aliases import is_alias
from pscb_mail.mailbox.deciding import decide
from pscb_mail.mailbox.decision import Action, Answer, Decision, Facts, OurLetter
from pscb_mail.mailbox.finding import Finding, Kind, Severity
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.people.address import parse_address
from pscb_mail.people.subscriber import Status, Subscriber

THEN = datetime(2010, 11, 1, 9, tzinfo=UTC)


def person(number: int, address: str, status: Status = Status.ACTIVE) -> Subscriber:
    return Subscriber(number, parse_address(address), "", "", "", (), status, THEN, "", "")


JO = person(1, "jo.bloggs@school.example")
ANN = person(2, "ann@health.example")
GONE = replace(JO, status=Status.OPTED_OUT)
LINK = Finding(Kind.OPT_OUT, "Subject: unsubscribe …", references=("R",), link=True)
WORDS = Finding(Kind.OPT_OUT, "Please take me off.")
DOUBT = replace(WORDS, doubt="a condition goes with it")
OTHERS = replace(WORDS, doubt="it is about somebody else", other=True, address="ann@health.example")
FROM_JO = Incoming("k", sender="jo.bloggs@school.example", date=THEN)
FROM_ALIAS = Incoming("k", sender="j.bloggs@school.example", date=THEN)
JO_S = Facts(owner=JO, proven=True, written_to=JO.address.text)
STAY = Finding(Kind.SUBSCRIBE, "Please keep me on the list.", about_us=True)
FROM_STRANGER = Incoming("k", sender="sam@elsewhere.example", date=THEN)


def bounce(
    severity: Severity | None = Severity.PERMANENT, *, sure: bool = False, address: str = JO.address.text
) -> Finding:
    return Finding(Kind.BOUNCE, "550", address, severity=severity, no_such_mailbox=sure)


def done(incoming: Incoming, finding: Finding, facts: Facts) -> tuple[Action, int | None, Answer | None]:
    decision = decide(incoming, finding, facts)
    return decision.action, decision.subscriber, decision.answer


OPT_OUTS = {
    "a link from its own subscriber": (FROM_JO, LINK, Facts(owner=JO, sender=JO), (Action.OPTED_OUT, 1, Answer.CONFIRMED)),
    "a link of a bounced one": (
        FROM_JO, LINK, Facts(owner=replace(JO, status=Status.BOUNCED), sender=JO), (Action.OPTED_OUT, 1, Answer.CONFIRMED),
    ),
    "a link once more": (FROM_JO, LINK, Facts(owner=GONE, sender=GONE), (Action.FILED, 1, None)),
    "a link with doubtful words": (FROM_JO, replace(LINK, doubt="they want to stay"), Facts(owner=JO, sender=JO), (Action.REVIEW, 1, None)),
    "a link from an authenticated alias": (FROM_ALIAS, LINK, Facts(owner=JO, authenticated=True), (Action.OPTED_OUT, 1, Answer.TOLD)),
    "a link from an alias that nothing proves": (FROM_ALIAS, LINK, Facts(owner=JO), (Action.ASKED, 1, Answer.ASKED)),
    "a link from a stranger, ask": (FROM_STRANGER, LINK, Facts(owner=JO, authenticated=True), (Action.ASKED, 1, Answer.ASKED)),
    "a link from a stranger, act": (FROM_STRANGER, LINK, Facts(owner=JO, forwarded="act"), (Action.OPTED_OUT, 1, Answer.TOLD)),
    "a link from nobody": (Incoming("k"), LINK, Facts(owner=JO), (Action.ASKED, 1, Answer.ASKED)),
    "a link from another subscriber": (FROM_JO, LINK, Facts(owner=ANN, sender=JO, authenticated=True), (Action.REVIEW, 2, None)),
    "a link from another subscriber, act": (FROM_JO, LINK, Facts(owner=ANN, sender=JO, forwarded="act"), (Action.REVIEW, 2, None)),
    "a link older than the return": (
        FROM_JO, LINK, Facts(owner=JO, sender=JO, came_back=THEN + timedelta(days=1)), (Action.REVIEW, 1, None),
    ),
    "a link newer than the return": (
        FROM_JO, LINK, Facts(owner=JO, sender=JO, came_back=THEN - timedelta(days=1)), (Action.OPTED_OUT, 1, Answer.CONFIRMED),
    ),
    "a link of which nothing says when it was pressed": (
        replace(FROM_JO, date=None), LINK, Facts(owner=JO, sender=JO), (Action.OPTED_OUT, 1, Answer.CONFIRMED),
    ),
    "a link of which nothing says whether it is older than the return": (
        replace(FROM_JO, date=None), LINK, Facts(owner=JO, sender=JO, came_back=THEN), (Action.REVIEW, 1, None),
    ),
    "a link, and words that name somebody else": (
        FROM_JO, replace(LINK, address="kim@x.example"), Facts(owner=JO, sender=JO), (Action.REVIEW, 1, None),
    ),
    "a link of one who is off, and words that name somebody else": (
        FROM_JO, replace(LINK, address="kim@x.example"), Facts(owner=GONE, sender=GONE), (Action.REVIEW, 1, None),
    ),
    "a link that names the owner": (
        FROM_JO, replace(LINK, address="Jo.Bloggs@school.example"), Facts(owner=JO, sender=JO),
        (Action.OPTED_OUT, 1, Answer.CONFIRMED),
    ),
    "a link that names the address that the owner had then": (
        FROM_JO, replace(LINK, address="jo@old.example"), Facts(owner=JO, sender=JO, written_to="jo@old.example"),
        (Action.OPTED_OUT, 1, Answer.CONFIRMED),
    ),
    "a link that nobody has": (FROM_JO, LINK, Facts(sender=JO), (Action.REVIEW, 1, None)),
    "a link that nobody has, authenticated": (FROM_JO, LINK, Facts(sender=JO, authenticated=True), (Action.OPTED_OUT, 1, Answer.CONFIRMED)),
    "a link that nobody has, from a stranger": (FROM_STRANGER, LINK, Facts(), (Action.REVIEW, None, None)),
    "a link of a test copy": (FROM_JO, LINK, Facts(sender=JO, authenticated=True, test_copy=True), (Action.REVIEW, 1, None)),
    "links of several people": (FROM_JO, LINK, Facts(sender=JO, authenticated=True, several_owners=True), (Action.REVIEW, 1, None)),
    "words in reply to the own copy": (FROM_JO, WORDS, Facts(sender=JO, answered=JO), (Action.OPTED_OUT, 1, Answer.CONFIRMED)),
    "words that quote the own code": (FROM_JO, WORDS, Facts(sender=JO, owner=JO), (Action.OPTED_OUT, 1, Answer.CONFIRMED)),
    "words, authenticated": (FROM_JO, WORDS, Facts(sender=JO, authenticated=True), (Action.OPTED_OUT, 1, Answer.CONFIRMED)),
    "STOP in answer to our question": (FROM_JO, WORDS, Facts(sender=JO, letter=OurLetter(Answer.ASKED, JO)), (Action.OPTED_OUT, 1, Answer.CONFIRMED)),
    "words older than the return": (
        FROM_JO, WORDS, Facts(sender=JO, authenticated=True, came_back=THEN + timedelta(days=1)), (Action.REVIEW, 1, None),
    ),
    "words newer than the return": (
        FROM_JO, WORDS, Facts(sender=JO, authenticated=True, came_back=THEN - timedelta(days=1)),
        (Action.OPTED_OUT, 1, Answer.CONFIRMED),
    ),
    "words of which nothing says whether they are older than the return": (
        replace(FROM_JO, date=None), WORDS, Facts(sender=JO, authenticated=True, came_back=THEN), (Action.REVIEW, 1, None),
    ),
    "words that nothing proves": (FROM_JO, WORDS, Facts(sender=JO), (Action.REVIEW, 1, None)),
    "words in reply to somebody else's copy": (FROM_JO, WORDS, Facts(sender=JO, answered=ANN), (Action.REVIEW, 1, None)),
    "words from a stranger in reply to a copy": (FROM_STRANGER, WORDS, Facts(answered=JO, authenticated=True), (Action.REVIEW, 1, None)),
    "words from an unknown": (FROM_STRANGER, WORDS, Facts(), (Action.REVIEW, None, None)),
    "doubtful words": (FROM_JO, DOUBT, Facts(sender=JO, answered=JO, authenticated=True), (Action.REVIEW, 1, None)),
    "doubtful words from an unknown": (FROM_STRANGER, DOUBT, Facts(), (Action.LEFT, None, None)),
    "words of one who is off": (FROM_JO, WORDS, Facts(sender=GONE, answered=GONE), (Action.FILED, 1, None)),
    "words of one who was removed": (
        FROM_JO, WORDS, Facts(sender=replace(JO, status=Status.REMOVED), answered=JO), (Action.REVIEW, 1, None),
    ),
    "somebody else's wish": (FROM_JO, OTHERS, Facts(sender=JO, answered=JO, recipient=ANN, authenticated=True), (Action.REVIEW, 2, None)),
    "the wish of somebody unknown": (FROM_JO, OTHERS, Facts(sender=JO, answered=JO, authenticated=True), (Action.REVIEW, None, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", OPT_OUTS)
def test_an_opt_out_is_decided_as_the_table_says(name: str):
    incoming, finding, facts, expected = OPT_OUTS[name]
    assert done(incoming, finding, facts) == expected


@pytest.mark.parametrize("forwarded", ["ask", "act"])
def test_a_forwarded_copy_s_link_stands_in_review_either_way(forwarded: str):
    decision = decide(FROM_STRANGER, LINK, Facts(owner=JO, forwarded="act" if forwarded == "act" else "ask"))
    assert decision.review
    assert "sam@elsewhere.example" in decision.proposal


@pytest.mark.parametrize("finding", [LINK, WORDS])
@pytest.mark.parametrize("sender", [None, ANN, GONE])
@pytest.mark.parametrize("authenticated", [True, False])
def test_nobody_but_the_owner_of_the_code_or_the_sender_is_ever_taken_off(
    finding: Finding, sender: Subscriber | None, *, authenticated: bool
):
    """Whoever writes with Jo's code or in reply to Jo's copy: it is Jo, the sender, or nobody."""
    decision = decide(FROM_STRANGER, finding, Facts(owner=JO, answered=JO, sender=sender, authenticated=authenticated))
    if decision.action is Action.OPTED_OUT:
        assert sender is not None
        assert decision.subscriber == sender.id


BOUNCES = {
    "no such mailbox": (bounce(sure=True), JO_S, (Action.BOUNCED, 1)),
    "no such mailbox, the report names nobody": (bounce(sure=True, address=""), JO_S, (Action.BOUNCED, 1)),
    "no such mailbox, named by another name of theirs": (bounce(sure=True, address="j.bloggs@School.example"), JO_S, (Action.BOUNCED, 1)),
    "known by the returned Message-ID": (bounce(sure=True), replace(JO_S, owner=None, answered=JO), (Action.BOUNCED, 1)),
    "no such mailbox where it is forwarded to": (bounce(sure=True, address="jo@elsewhere.example"), JO_S, (Action.COUNTED, 1)),
    "no such mailbox where it is forwarded to, in the same house": (
        bounce(sure=True, address="old.deputy@school.example"), JO_S, (Action.COUNTED, 1),
    ),
    "no such mailbox, of an address that they have left": (
        bounce(sure=True, address="jbloggs@school.example"), replace(JO_S, written_to="jbloggs@school.example"), (Action.COUNTED, 1),
    ),
    "permanent, third, of an address that they have left": (
        bounce(address="jo@old.example"), replace(JO_S, written_to="jo@old.example", earlier_bounces=2), (Action.COUNTED, 1),
    ),
    "permanent, first": (bounce(), Facts(owner=JO, proven=True), (Action.COUNTED, 1)),
    "permanent, second": (bounce(), Facts(owner=JO, proven=True, earlier_bounces=1), (Action.COUNTED, 1)),
    "permanent, third": (bounce(), replace(JO_S, earlier_bounces=2), (Action.BOUNCED, 1)),
    "temporary for ever": (bounce(Severity.TEMPORARY), Facts(owner=JO, proven=True, earlier_bounces=9), (Action.COUNTED, 1)),
    "delayed": (bounce(Severity.DELAYED), Facts(owner=JO, proven=True, earlier_bounces=9), (Action.COUNTED, 1)),
    "ours": (bounce(Severity.OURS), Facts(owner=JO, proven=True, earlier_bounces=9), (Action.COUNTED, 1)),
    "of unknown severity": (bounce(None), Facts(owner=JO, proven=True, earlier_bounces=9), (Action.COUNTED, 1)),
    "full, and nothing proves it": (bounce(Severity.TEMPORARY), Facts(recipient=JO), (Action.COUNTED, 1)),
    "delayed, and nothing proves it": (bounce(Severity.DELAYED), Facts(recipient=JO), (Action.COUNTED, 1)),
    "full, of several people": (
        bounce(Severity.TEMPORARY), Facts(answered=JO, proven=True, several_owners=True), (Action.COUNTED, 1),
    ),
    "full, of another subscriber's address": (
        bounce(Severity.TEMPORARY), Facts(owner=JO, recipient=ANN, proven=True), (Action.COUNTED, 1),
    ),
    "an outage": (bounce(sure=True), replace(JO_S, outage=True), (Action.REVIEW, 1)),
    "forged": (bounce(sure=True), Facts(recipient=JO), (Action.REVIEW, 1)),
    "forged, with a code nobody has": (bounce(sure=True), Facts(owner=JO, recipient=JO), (Action.REVIEW, 1)),
    "about other mail": (bounce(sure=True), Facts(), (Action.LEFT, None)),
    "of another subscriber's address": (bounce(sure=True), Facts(owner=JO, recipient=ANN, proven=True), (Action.REVIEW, 1)),
    "of one who opted out": (bounce(sure=True), Facts(owner=GONE, proven=True), (Action.COUNTED, 1)),
    "of several people": (bounce(sure=True), Facts(answered=JO, proven=True, several_owners=True), (Action.REVIEW, 1)),
    "of a test copy": (bounce(sure=True), Facts(test_copy=True), (Action.REVIEW, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNCES)
def test_a_bounce_is_decided_as_the_table_says(name: str):
    finding, facts, expected = BOUNCES[name]
    decision = decide(Incoming("k", return_path=""), finding, facts)
    assert (decision.action, decision.subscriber) == expected
    assert decision.answer is None


@pytest.mark.parametrize(
    ("days", "came_back", "acts"),
    [(1, THEN, True), (0, THEN, True), (-1, THEN, False), (None, THEN, False), (-1, None, True), (None, None, True)],
)
def test_an_old_report_that_turns_up_again_undoes_no_return(
    days: int | None, came_back: datetime | None, *, acts: bool
):
    """Jo is on the list again since THEN; what came back or was complained about before that is over."""
    report = Incoming("k", return_path="", date=None if days is None else THEN + timedelta(days=days))
    facts = replace(JO_S, came_back=came_back)
    assert decide(report, bounce(sure=True), facts).action is (Action.BOUNCED if acts else Action.REVIEW)
    complaint = decide(report, Finding(Kind.COMPLAINT, "abuse"), facts)
    assert complaint.action is (Action.OPTED_OUT if acts else Action.REVIEW)


OTHER = {
    "urgent, of anybody": (Kind.URGENT, Facts(), Kind.URGENT, Action.LEFT),
    "complaint, proven": (Kind.COMPLAINT, Facts(owner=JO, proven=True), Kind.COMPLAINT, Action.OPTED_OUT),
    "complaint of one who is off": (Kind.COMPLAINT, Facts(owner=GONE, proven=True), Kind.COMPLAINT, Action.FILED),
    "complaint, not proven": (Kind.COMPLAINT, Facts(recipient=JO), Kind.COMPLAINT, Action.REVIEW),
    "complaint about other mail": (Kind.COMPLAINT, Facts(), Kind.UNRELATED, Action.LEFT),
    "complaint with several codes": (
        Kind.COMPLAINT,
        Facts(answered=JO, proven=True, several_owners=True),
        Kind.COMPLAINT,
        Action.REVIEW,
    ),
    "left": (Kind.LEFT, Facts(sender=JO), Kind.LEFT, Action.REVIEW),
    "left, of a stranger": (Kind.LEFT, Facts(), Kind.UNRELATED, Action.LEFT),
    "address change": (Kind.ADDRESS_CHANGE, Facts(answered=JO), Kind.ADDRESS_CHANGE, Action.REVIEW),
    "subscribe": (Kind.SUBSCRIBE, Facts(answered=JO), Kind.SUBSCRIBE, Action.REVIEW),
    "subscribe, of one who is on it and names nobody": (Kind.SUBSCRIBE, Facts(sender=JO), Kind.QUESTION, Action.LEFT),
    "away": (Kind.AWAY, Facts(sender=JO), Kind.AWAY, Action.FILED),
    "away, of a stranger": (Kind.AWAY, Facts(), Kind.UNRELATED, Action.LEFT),
    "automatic": (Kind.AUTOMATIC, Facts(answered=JO), Kind.AUTOMATIC, Action.FILED),
    "question": (Kind.QUESTION, Facts(sender=JO), Kind.QUESTION, Action.LEFT),
    "question of a stranger": (Kind.QUESTION, Facts(), Kind.UNRELATED, Action.LEFT),
    "unreadable": (Kind.UNREADABLE, Facts(sender=JO), Kind.UNREADABLE, Action.LEFT),
    "unrelated": (Kind.UNRELATED, Facts(sender=JO, owner=JO), Kind.UNRELATED, Action.LEFT),
}


@pytest.mark.parametrize("name", OTHER)
def test_everything_else_is_decided_as_the_table_says(name: str):
    kind, facts, as_what, action = OTHER[name]
    decision = decide(FROM_STRANGER, Finding(kind, "evidence"), facts)
    told = Answer.REPORTED if (kind, action) == (Kind.COMPLAINT, Action.OPTED_OUT) else None
    assert (decision.kind, decision.action, decision.answer) == (as_what, action, told)


@pytest.mark.parametrize(
    ("return_path", "told"), [("sam@elsewhere.example", Answer.RETURNED), ("", None), (None, None)]
)
def test_who_is_marked_by_a_report_that_no_server_sent_is_told(return_path: str | None, told: Answer | None):
    """A stranger has the code of a copy that was passed on; a server's own report is never answered."""
    report = replace(FROM_STRANGER, return_path=return_path)
    decision = decide(report, bounce(sure=True), JO_S)
    assert (decision.action, decision.answer) == (Action.BOUNCED, told)


@pytest.mark.parametrize(
    ("report", "facts", "proof"),
    [
        (bounce(sure=True), JO_S, "report with the code of their copy: 550"),
        (bounce(sure=True), replace(JO_S, owner=None, answered=JO), "report with the Message-ID of their copy: 550"),
        (bounce(), replace(JO_S, earlier_bounces=2), "report with the code of their copy, of 3 issues by now: 550"),
        (
            Finding(Kind.COMPLAINT, "Feedback-Type: abuse"),
            JO_S,
            "report with the code of their copy: Feedback-Type: abuse",
        ),
    ],
)
def test_whom_a_report_takes_off_can_be_told_by_what_it_proved_itself(report: Finding, facts: Facts, proof: str):
    """Its sender cannot be believed, so what it brought back is the evidence."""
    assert decide(FROM_STRANGER, report, facts).evidence == proof


def test_of_an_urgent_message_not_even_the_words_are_kept():
    decision = decide(FROM_JO, Finding(Kind.URGENT, "A child has told me."), Facts(sender=JO))
    assert (decision.evidence, decision.proposal, decision.subscriber) == (
        "words that a child may be at risk",
        "",
        None,
    )


@pytest.mark.parametrize(
    ("facts", "action"),
    [
        (Facts(sender=GONE, letter=OurLetter(Answer.CONFIRMED, GONE)), Action.RESUBSCRIBED),
        (Facts(sender=GONE, letter=OurLetter(Answer.REPORTED, GONE)), Action.RESUBSCRIBED),
        (Facts(sender=GONE, letter=OurLetter(Answer.ASKED, GONE)), Action.REVIEW),
        (Facts(sender=GONE, answered=GONE, owner=GONE), Action.REVIEW),
        (Facts(sender=GONE), Action.REVIEW),
        (Facts(sender=ANN, letter=OurLetter(Answer.CONFIRMED, GONE)), Action.REVIEW),
        (Facts(letter=OurLetter(Answer.CONFIRMED, GONE)), Action.REVIEW),
        (Facts(sender=JO, letter=OurLetter(Answer.CONFIRMED, JO)), Action.REVIEW),
    ],
)
def test_only_the_person_s_own_reply_to_the_confirmation_brings_them_back(facts: Facts, action: Action):
    assert decide(FROM_JO, Finding(Kind.SUBSCRIBE, "BACK"), facts).action is action


@pytest.mark.parametrize(
    ("written", "confirmed_at", "action"),
    [
        (THEN + timedelta(days=1), None, Action.RESUBSCRIBED),
        (THEN - timedelta(minutes=5), None, Action.RESUBSCRIBED),  # clocks differ
        (THEN - timedelta(hours=1), None, Action.REVIEW),
        (THEN - timedelta(hours=1), THEN - timedelta(days=9), Action.REVIEW),
        (THEN - timedelta(hours=1), THEN, Action.RESUBSCRIBED),  # it answers what we wrote about this very opt-out
        (None, None, Action.REVIEW),
        (None, THEN, Action.RESUBSCRIBED),
    ],
)
def test_an_old_way_back_lifts_no_later_opt_out(
    written: datetime | None, confirmed_at: datetime | None, action: Action
):
    facts = Facts(sender=GONE, letter=OurLetter(Answer.CONFIRMED, GONE, confirmed_at))
    assert decide(replace(FROM_JO, date=written), Finding(Kind.SUBSCRIBE, "BACK"), facts).action is action


@pytest.mark.parametrize(
    ("finding", "words", "facts", "action"),
    [
        (STAY, "", Facts(sender=JO), Action.LEFT),
        (STAY, "", Facts(sender=GONE), Action.REVIEW),
        (STAY, "", Facts(answered=JO), Action.REVIEW),
        (STAY, "I pressed the link by mistake.", Facts(sender=JO), Action.REVIEW),
        (replace(STAY, address="sam@elsewhere.example"), "", Facts(sender=JO), Action.REVIEW),
        (Finding(Kind.SUBSCRIBE, "Can Sam get this too?"), "", Facts(sender=JO), Action.REVIEW),
        (replace(STAY, name="Sam Lee"), "", Facts(sender=JO), Action.REVIEW),
        (
            replace(STAY, evidence="Please keep me on the list and add our new nurse Sam Lee too."),
            "",
            Facts(sender=JO),
            Action.REVIEW,
        ),
        (STAY, "Can Sam get this too?", Facts(sender=JO), Action.REVIEW),
        (
            replace(
                STAY,
                evidence="I'd like to stay on the list and would like my colleague Ann Hill to receive the newsletter as well.",
            ),
            "",
            Facts(sender=JO),
            Action.REVIEW,
        ),
    ],
)
def test_who_is_on_the_list_and_asks_to_stay_needs_no_review(
    finding: Finding, words: str, facts: Facts, action: Action
):
    mail = replace(FROM_JO, new_words=f"{words} {finding.evidence}")
    decision = decide(mail, finding, facts)
    kind = Kind.QUESTION if action is Action.LEFT else Kind.SUBSCRIBE
    assert (decision.kind, decision.action) == (kind, action)


def test_a_stranger_s_wish_to_be_added_waits_for_a_person_where_it_names_the_newsletter():
    named = Finding(Kind.SUBSCRIBE, "Please add me to the newsletter", about_us=True)
    assert decide(FROM_STRANGER, named, Facts()).action is Action.REVIEW
    assert decide(FROM_STRANGER, replace(named, about_us=False), Facts()).action is Action.LEFT


def test_a_colleague_s_departure_is_never_proposed_of_the_sender():
    left = Finding(Kind.LEFT, "Ann has left.", "ann@health.example", other=True)
    decision = decide(FROM_JO, left, Facts(sender=JO, answered=JO, recipient=ANN))
    assert (decision.subscriber, decision.proposal) == (2, "Remove ann@health.example, who has left")
    assert decide(FROM_JO, left, Facts(sender=JO, answered=JO)).subscriber is None


def test_a_proposal_says_what_accepting_it_does():
    left = Finding(Kind.LEFT, "I have left.", "ann@school.example", "Ann Doe")
    assert decide(FROM_JO, left, Facts(sender=JO, answered=JO)).proposal == (
        "Remove jo.bloggs@school.example, who has left, and put Ann Doe ann@school.example on the list in their place"
    )


def test_a_proposal_to_lift_an_opt_out_says_that_it_is_no_answer_to_our_mail():
    """Whoever has a copy that was passed on may have written it."""
    proposal = decide(FROM_JO, Finding(Kind.SUBSCRIBE, "BACK"), Facts(sender=GONE, owner=GONE)).proposal
    assert proposal.endswith("on the list: they opted out, and it is no answer to our mail that says so")


@pytest.mark.parametrize("kind", [Kind.LEFT, Kind.ADDRESS_CHANGE])
@pytest.mark.parametrize(
    ("incoming", "facts", "said"),
    [
        (FROM_JO, Facts(sender=JO), "nothing proves that the sender is who From says"),
        (FROM_JO, Facts(sender=JO, answered=ANN), "nothing proves that the sender is who From says"),
        (FROM_STRANGER, Facts(owner=JO), "sam@elsewhere.example wrote it, who has a copy of theirs"),
        (FROM_JO, Facts(sender=JO, authenticated=True), ""),
        (FROM_JO, Facts(sender=JO, owner=JO), ""),
    ],
)
def test_a_proposal_about_the_sender_says_where_nothing_proves_them(
    kind: Kind, incoming: Incoming, facts: Facts, said: str
):
    """Whoever accepts it sends somebody's mail elsewhere, or ends it."""
    proposal = decide(incoming, Finding(kind, "…", "new@evil.example"), facts).proposal
    assert proposal.partition(": ")[2] == said


@pytest.mark.parametrize(
    ("sender", "own", "alike"),
    [
        ("j.bloggs@school.example", "jo.bloggs@school.example", True),
        ("jbloggs@school.example", "jo.bloggs@school.example", True),
        ("jobloggs@school.example", "jo.bloggs@school.example", True),
        ("bloggs.jo@school.example", "jo.bloggs@school.example", True),
        ("jo_bloggs@SCHOOL.example", "Jo.Bloggs@school.example", True),
        ("jo.bloggs+news@school.example", "jo.bloggs@school.example", True),
        ("jo.bloggs@school.example", "jbloggs@school.example", True),
        ("jo.bloggs@other.example", "jo.bloggs@school.example", False),
        ("jo.smith@school.example", "jo.bloggs@school.example", False),
        ("ann.bloggs@school.example", "jo.bloggs@school.example", False),
        ("office@school.example", "jo.bloggs@school.example", False),
        ("jo.bloggs2@school.example", "jo.bloggs@school.example", False),
        ("jo@school.example", "jo.bloggs@school.example", False),
        ("", "jo.bloggs@school.example", False),
        ("a.b@school.example", "b.a@school.example", False),
    ],
)
def test_an_alias_has_the_same_domain_and_a_like_name(sender: str, own: str, *, alike: bool):
    assert is_alias(sender, own) is alike


def test_a_decision_s_text_is_one_harmless_line():
    hostile = Incoming("k", sender="a\x1b[2J@b.example")
    decision: Decision = decide(hostile, LINK, Facts(owner=JO))
    assert decision.proposal.isprintable()
