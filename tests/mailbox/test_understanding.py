"""Understanding: which sign outweighs which. What each kind of mail looks like stands in the cases."""

import pytest

from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.incoming import read
from pscb_mail.mailbox.understanding import Ours, understand

OURS = Ours("news@pscb.example", "newsletter@pscb.example", "pscb.example", "newsletter.pscb.example")
REFERENCE = "7K2QM-9XW4B-3HTRN-E5VCJ"


def of(headers: str, body: str = "") -> Finding:
    (finding,) = understand(read(f"{headers}\n\n{body}".encode()), OURS)
    return finding


def test_a_reply_s_message_ids_of_ours_are_told_and_no_others():
    finding = of(f"From: jo@s.example\nReferences: <x@s.example> <issue-18.{REFERENCE}@pscb.example>", "Thanks")
    assert finding.message_ids == (f"<issue-18.{REFERENCE}@pscb.example>",)
    assert finding.references == (REFERENCE,)


def test_a_reference_in_a_quoted_link_ties_and_asks_for_nothing():
    finding = of(
        "From: jo@s.example", f"Thanks\n> mailto:newsletter@pscb.example?subject=unsubscribe%20{REFERENCE}&body=x"
    )
    assert (finding.kind, finding.references, finding.link) == (Kind.QUESTION, (REFERENCE,), False)


@pytest.mark.parametrize(
    "words",
    ["Please add my colleague Kim kim@k.example and take me off.", "Kindly add kim@k.example and take me off."],
)
def test_an_opt_out_that_names_somebody_else_as_well_is_in_doubt(words: str):
    """Taken off at once, they would have asked for the other one in vain."""
    finding = of("From: jo@s.example", words)
    assert (finding.kind, finding.link) == (Kind.OPT_OUT, False)
    assert "kim@k.example" in finding.doubt


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("Take jo@old.example off the list", "jo@old.example"),
        ("Take kim@x.example off the list", "kim@x.example"),
        ("Please remove kim@x.example instead.", "kim@x.example"),
        ("Take jo@s.example off the list\n\nand add kim@x.example", "kim@x.example"),
        ("Take jo@s.example off the list\n\nJo Bloggs\nSt Mark's\noffice@s.example", ""),
        ("", ""),
    ],
)
def test_an_opt_out_by_link_tells_whom_its_words_name(body: str, address: str):
    """Whether that is the owner of the link only the ledger knows."""
    finding = of(f"From: jo@s.example\nSubject: unsubscribe {REFERENCE}", body)
    assert (finding.kind, finding.link, finding.address) == (Kind.OPT_OUT, True, address)


@pytest.mark.parametrize("address", ["jo@s.example", "JO@s.example"])
def test_an_opt_out_that_names_the_sender_alone_is_clear(address: str):
    finding = of("From: jo@s.example", f"Please unsubscribe {address} from your list.")
    assert (finding.kind, finding.doubt) == (Kind.OPT_OUT, "")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("I am out of the office with no access to email.\n\nFor anything urgent please ring the office.", Kind.AWAY),
        ("I am on leave from Monday. Could you send me the programme before?", Kind.QUESTION),
        ("Please take me off the list. I am on leave until May.", Kind.OPT_OUT),
    ],
)
def test_an_absence_told_in_words_alone_is_one_where_nothing_else_is_said(words: str, kind: Kind):
    assert of("From: jo@s.example\nSubject: Re: Newsletter 18", words).kind is kind


EGRESS = """Content-Type: text/html

<p>You have received a secure email. Sign in to read it: <a href="https://e.example/">Read secure message</a></p>
<p>If you would not like to receive these you may unsubscribe.</p>"""
PURVIEW = """Content-Type: multipart/mixed; boundary=b

--b

Please remove the attachment to read it.
--b
Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg

x
--b--"""


@pytest.mark.parametrize("sign", ["", "Auto-Submitted: auto-generated\n"])
@pytest.mark.parametrize("rest", [EGRESS, PURVIEW])
def test_secure_mail_that_waits_in_a_portal_is_left_for_a_person(rest: str, sign: str):
    """Its page is the portal's, not the sender's words; nobody but a person can open it."""
    (finding,) = understand(read(f"From: jo@s.example\nSubject: Re: 18\n{sign}{rest}".encode()), OURS)
    assert (finding.kind, finding.evidence[:9]) == (Kind.UNREADABLE, "encrypted")


def test_a_child_at_risk_on_the_page_of_a_portal_is_read_now():
    words = EGRESS.replace(
        "You have received", "<p>A child told me that he is being beaten at home.</p>You have received"
    )
    assert of("From: jo@s.example\nSubject: Re: 18\n" + words).kind is Kind.URGENT


def test_our_own_links_in_an_unmarked_quotation_ask_for_nothing():
    body = f"Thanks\n\nUnsubscribe: mailto:newsletter@pscb.example?subject=unsubscribe%20{REFERENCE}"
    assert of("From: jo@s.example", body).kind is Kind.QUESTION


@pytest.mark.parametrize("address", ["news@pscb.example", "NEWSLETTER@pscb.example"])
@pytest.mark.parametrize(
    "mark", ["List-Id: <newsletter.pscb.example>", "X-PSCB-Mail: x", "Auto-Submitted: auto-replied"]
)
def test_what_we_wrote_ourselves_does_nothing(address: str, mark: str):
    assert of(f"From: {address}\n{mark}\nSubject: unsubscribe {REFERENCE}", "STOP").kind is Kind.UNRELATED


def test_an_editor_who_writes_by_hand_from_our_address_is_a_person():
    assert of("From: news@pscb.example\nSubject: hi", "please take me off the list").kind is Kind.OPT_OUT


@pytest.mark.parametrize("prefix", ["", "Re: ", "RE: re: ", "AW: ", "Odp: ", "FW: "])
@pytest.mark.parametrize("word", ["unsubscribe", "Unsubscribe", "UNSUBSCRIBE"])
def test_the_link_s_subject_is_known_again_however_it_came_back(prefix: str, word: str):
    finding = of(f"From: jo@s.example\nSubject: {prefix}{word} {REFERENCE.lower()}")
    assert (finding.kind, finding.link, finding.references) == (Kind.OPT_OUT, True, (REFERENCE,))


@pytest.mark.parametrize(
    "subject", ["Automatic reply: unsubscribe", "Undeliverable: unsubscribe", "Please read: unsubscribe"]
)
def test_a_subject_that_only_holds_the_link_s_words_is_no_link(subject: str):
    finding = of(f"From: jo@s.example\nSubject: {subject} {REFERENCE}\nAuto-Submitted: auto-replied", "I am away")
    assert finding.kind is not Kind.OPT_OUT


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Auto-Submitted: auto-replied", Kind.AWAY),
        ("Auto-Submitted: no", Kind.QUESTION),
        ("X-Autoreply: yes", Kind.AWAY),
        ("X-Auto-Response-Suppress: All", Kind.QUESTION),
        ("Precedence: auto_reply", Kind.AWAY),
        ("Return-Path: <>", Kind.AWAY),
        ("Return-Path: <jo@s.example>", Kind.QUESTION),
    ],
)
def test_headers_that_make_a_mail_automatic_and_those_that_do_not(header: str, kind: Kind):
    assert (
        of(
            f"From: jo@s.example\nSubject: Re: news\n{header}", "I am out of the office until Monday. See you in May."
        ).kind
        is kind
    )


SUBJECTS = [
    "Automatic reply: News", "Out of Office: News", "Out of office AutoReply: News", "Auto: News", "Autoreply: News",
    "Abwesend: News", "Abwesenheitsnotiz", "Automatische Antwort: News", "Réponse automatique : News", "Absence du bureau",
    "Respuesta automática: News", "Fuera de la oficina", "Resposta automática: News", "Fora do escritório", "Odpowiedź automatyczna: News",
    "Autoodpowiedź: News", "Nieobecność", "Automatinis atsakymas: News", "Automātiska atbilde: News", "Răspuns automat: News",
    "I am out of the office", "On annual leave", "AUTO: Jo is out of the office (returning 08/11/2010)",
]  # fmt: skip


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_out_of_office_answer_is_known_by_its_subject_alone(subject: str):
    assert of(f"From: jo@s.example\nSubject: {subject}", "Back on 8 November.").kind is Kind.AWAY


@pytest.mark.parametrize("subject", ["Re: Out of office", "Question about the holiday dates", "Who is away?"])
def test_a_person_who_writes_about_an_absence_is_a_person(subject: str):
    assert of(f"From: jo@s.example\nSubject: {subject}", "Which dates did you mean?").kind is Kind.QUESTION


LEFT = [
    "Jo Bloggs has left the organisation. Please contact ann@s.example.",
    "I no longer work here. Write to ann@s.example instead.",
    "Jo no longer works for the council; ann@s.example has taken over.",
    "I have now retired. My successor is ann@s.example.",
    "Ich bin nicht mehr bei der Schule tätig. Bitte schreiben Sie an ann@s.example.",
    "Je ne travaille plus ici. Contact : ann@s.example",
    "Ya no trabajo aquí, escriba a ann@s.example",
    "Já não trabalho nesta escola. Contacte ann@s.example",
    "Nie pracuję już w tej szkole. Proszę pisać na ann@s.example",
    "Čia nebedirbu. Rašykite ann@s.example",
    "Es šeit vairs nestrādāju. Rakstiet ann@s.example",
    "Nu mai lucrez aici. Scrieți la ann@s.example",
]


@pytest.mark.parametrize("body", LEFT)
def test_an_automatic_reply_that_tells_of_a_departure_is_a_proposal_with_the_successor(body: str):
    finding = of("From: jo@s.example\nSubject: Automatic reply: News\nAuto-Submitted: auto-replied", body)
    assert (finding.kind, finding.address) == (Kind.LEFT, "ann@s.example")


@pytest.mark.parametrize(
    "body",
    [
        "I have left the office for the day.",
        "I am on maternity leave. In my absence write to ann@s.example.",
        "I am out of the office until Monday. For anything urgent write to ann@s.example.",
        "I am leaving early today and will be back on Monday.",
    ],
)
def test_who_is_away_has_not_left(body: str):
    finding = of("From: jo@s.example\nSubject: Automatic reply: News\nAuto-Submitted: auto-replied", body)
    assert finding.kind is Kind.AWAY


def test_a_list_s_advertising_is_automatic_but_a_member_s_answer_to_us_is_a_person():
    listed = "From: jo@s.example\nList-Id: <heads.s.example>\nSubject: Re: News"
    assert of(listed, "Which dates did you mean?").kind is Kind.AUTOMATIC
    unclear = of(listed, "Please take me off the list")
    assert (unclear.kind, bool(unclear.doubt)) == (Kind.OPT_OUT, True)  # off which of the two?
    assert (
        of(f"{listed}\nIn-Reply-To: <issue-18.{REFERENCE}@pscb.example>", "Please take me off the list").kind
        is Kind.OPT_OUT
    )


@pytest.mark.parametrize(("event", "kind"), [("Delivery", Kind.AUTOMATIC), ("Bounce", Kind.QUESTION)])
def test_data_for_programs_proposes_nothing_and_what_failed_is_left_to_a_person(event: str, kind: Kind):
    data = f'{{"kind":"{event}","mail":{{"from":"jo@s.example","to":["new@s.example"]}}}}'
    assert of("From: jo@s.example\nSubject: Notification", data).kind is kind


HINTS = [
    "Subject: Absent pupil", "Subject: On leave, but worried", "Subject: Read: your newsletter", "Subject: Cancelled: my place",
    "Subject: Quarantine summary", "Subject: Urlop", "List-Id: <staff.s.example>", "Precedence: bulk", "Feedback-ID: 1:2:3",
    "X-MS-Exchange-Inbox-Rules-Loop: office@s.example", "From: notifications@s.example",
    "Subject: Declined: news",
]  # fmt: skip


@pytest.mark.parametrize("hint", HINTS)
def test_what_only_hints_at_a_program_hides_no_words_of_a_person(hint: str):
    """A child at risk, a wish to come off; what says nothing of the kind is a program's as before."""
    headers = hint if hint.startswith("From:") else f"From: jo@s.example\n{hint}"
    assert of(headers, "I am worried that a child in year 4 is being abused at home. Please help.").kind is Kind.URGENT
    assert of(headers, "Please take me off your mailing list.").kind is Kind.OPT_OUT
    assert of(headers, "The gate is shut at noon.").kind in {Kind.AWAY, Kind.AUTOMATIC}


def test_another_board_s_newsletter_raises_no_alarm_and_is_not_filed_unread():
    """It is full of children at risk; it is written for all its readers, not for us."""
    long = "I am worried that a child in my class is being abused at home." + "\n\nThere is more in the next part." * 60
    assert of("From: board@s.example\nList-Id: <b.s.example>", long).kind is Kind.QUESTION
    assert of("From: board@s.example\nSubject: Absence", long).kind is Kind.URGENT
    short = (
        "A girl of 14 told her teacher that she is being abused at home, a court hears. Please take me off the list."
    )
    advertised = "From: board@s.example\nList-Unsubscribe: <https://b.example/off>\nPrecedence: bulk"
    assert of(advertised, short).kind is Kind.QUESTION
    assert of(advertised, "Please take me off the list.").kind is Kind.AUTOMATIC
    assert of(f"{advertised}\nList-Post: <mailto:b@s.example>", short).kind is Kind.URGENT  # where members write


def test_a_child_at_risk_outweighs_a_wish_to_come_off():
    assert of("From: jo@s.example", "Take me off the list. I'm worried about a child in my class.").kind is Kind.URGENT


def test_an_out_of_office_answer_about_worried_people_is_not_urgent():
    finding = of(
        "From: jo@s.example\nAuto-Submitted: auto-replied", "I am away. I am worried about a child: ring 01632 960111."
    )
    assert finding.kind is Kind.AWAY
