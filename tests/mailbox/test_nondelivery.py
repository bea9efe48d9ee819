"""Reports of unusual servers: whom each is about, and how bad it is, by their structure before their phrases."""

import pytest

from pscb_mail.mailbox.finding import Finding
from pscb_mail.mailbox.incoming import read
from pscb_mail.mailbox.machines.bounces import bounces

DAEMON = "From: MAILER-DAEMON@mx.example\nTo: newsletter@pscb.example\nSubject: Undelivered mail"
COPY = "\n\n--- Below this line is a copy of the message.\n\nTo: jo@school.example\nMessage-ID: <x.1@pscb.example>\n"
REFERENCE = "7K2QM-9XW4B-3HTRN-E5VCJ"

PROSE = {
    # what the report shows: its head, its text, and whom it is about, with how bad that is and the code
    "each one's reason behind their own address, though it names them again": (
        DAEMON,
        (
            "<jo@school.example>:\nMail to jo@school.example came back. This account is over quota.\n\n"
            "<al@school.example>:\nMail to al@school.example came back. User unknown.\n"
        ),
        "jo@school.example temporary, al@school.example permanent",
    ),
    "one reason above all of them": (
        DAEMON,
        "The host was not reachable, and is not responding now.\n\n  <jo@school.example>\n  <al@school.example>\n\nSorry.",
        "jo@school.example temporary, al@school.example temporary",
    ),
    "one reason below all of them": (
        DAEMON,
        "This did not arrive at\n\n  jo@school.example\n  al@school.example\n\nbecause the mailbox is full.",
        "jo@school.example temporary, al@school.example temporary",
    ),
    "the reason on the line of its address": (
        f"{DAEMON}\nX-Failed-Recipients: jo@school.example, al@school.example",
        "Sorry: no delivery to al@school.example, for\n\n 552 quota violation for jo@school.example\n",
        "jo@school.example temporary, al@school.example temporary",
    ),
    "lines of an older Exchange, each with a date": (
        "From: postmaster@school.example\nSubject: Undeliverable: 18",
        (
            "did not reach the following recipient(s):\n\njo@school.example on Thu, 4 Nov 2010 09:30:00 -0000\n"
            "    The recipient name is not recognized\nal@school.example on Thu, 4 Nov 2010 09:30:00 -0000\n"
            "    The recipient name is not recognized\n"
        ),
        "jo@school.example permanent, al@school.example permanent",
    ),
    "a transcript only": (
        DAEMON,
        (
            "   ----- Transcript of session follows -----\n>>> RCPT To:<cy@clinic.example>\n"
            "550 <cy@clinic.example>... User unknown\n554 <jo@school.example>... 550 Host unknown\n"
        ),
        "cy@clinic.example permanent, jo@school.example permanent",
    ),
    "the server's reply beside the address, and its own words below": (
        DAEMON,
        (
            "   ----- The following addresses had permanent fatal errors -----\njo77@private.example\n"
            "    (reason: 553 SPF check failed)\n    (expanded from: <jo@school.example>)\n\n"
            "   ----- Transcript of session follows -----\n550 5.1.1 jo77@private.example... User unknown\n"
        ),
        "jo@school.example ours",
    ),
    "the other server's reply, among the reporter's general words": (
        DAEMON,
        (
            "Mail for jo@school.example failed. Perhaps the mailbox is full, or you are blacklisted.\n\n"
            "It said: 550 5.1.1 no such user\n"
        ),
        "jo@school.example permanent 5.1.1",
    ),
    "a reply that says less than the line above it": (
        DAEMON,
        "mail.local: unknown user: jo\n554 <jo@school.example>... Service unavailable\n",
        "jo@school.example permanent",
    ),
    "labels, where whom to ask stands first": (
        DAEMON,
        "Write to help@isp.example about this.\n\nRecipient: jo@school.example\nReason: user unknown",
        "jo@school.example permanent",
    ),
    "whom to contact, and who wrote it, before whom it was for": (
        DAEMON,
        "From: editor@pscb.example. Could not be delivered, contact help@isp.example. It is jo@school.example.",
        "jo@school.example permanent",
    ),
    "whose mail it was, before whom it was for": (
        DAEMON,
        "A message from list@other.example was rejected.\njo@school.example\n550 5.1.1 user unknown\n\n--- Below: nothing",
        "jo@school.example permanent 5.1.1",
    ),
    "a server that only its name gives away": (
        "Return-Path: <relay7@mx.example>\nFrom: Postmaster <relay7@mx.example>\nSubject: Re: PSCB Newsletter 18",
        "jo@school.example\n550 5.1.1 mailbox unavailable",
        "jo@school.example permanent 5.1.1",
    ),
    "a Message-ID like an address": (
        DAEMON,
        (
            "A message that you sent could not be delivered:\n\n"
            "jo@school.example Invalid Address, User Unknown\n\n\nMessage-ID:<14a3.b7@mail.example>\n"
        ),
        "jo@school.example permanent",
    ),
    "numbers in our subject that look like a code": (
        DAEMON,
        "Your message\n  Subject: Release 5.7.1, and how to spot a virus\nhas not reached jo@school.example: user unknown",
        "jo@school.example permanent",
    ),
    "a telephone number": (
        DAEMON,
        "The mail for jo@school.example could not be delivered. Ring 450-624-2500.",
        "jo@school.example permanent",
    ),
    "whom it was for in X-Original-To": (
        f"{DAEMON}\nX-Original-To: <jo@school.example>",
        "An error delivering your mail to <jo@school.example>: 550 No such user\n\n--- Below this line is a copy.\n",
        "jo@school.example permanent",
    ),
    "several headers that name them": (
        f"{DAEMON}\nX-Failed-Recipients: jo@school.example\nX-Failed-Recipients: al@school.example",
        "  jo@school.example\n    550 mailbox full\n\n  al@school.example\n    550 user unknown\n",
        "jo@school.example temporary, al@school.example permanent",
    ),
    "neither sender nor subject": (
        "Return-Path: <>\nFrom: <>\nAuto-Submitted: auto-replied",
        "You wrote to jo@school.example. That's not a valid user here.",
        "jo@school.example permanent",
    ),
    "a gateway that answers under its own name": (
        "From: post_master@phones.example\nSubject: Re: PSCB Newsletter 18",
        "Error below:\n550 - no such user here\n\n  MAIL FROM: newsletter@pscb.example\n  RCPT TO: jo@phones.example\n",
        "jo@phones.example permanent",
    ),
    "a gateway under any name, that says nothing else": (
        "From: Dsic.internet@bank.example\nSubject: RE: 18 : non remis",
        "****\nVotre message n'a pas pu être délivré à\njo@bank.example\n****\n",
        "jo@bank.example permanent",
    ),
    "a part whose type lacks its semicolon": (
        f"{DAEMON}\nContent-Type: multipart/mixed; boundary=b",
        (
            '--b\nContent-Type: text/plain\n   charset="us-ascii"\n\n---These had delivery errors---\n\n'
            "jo@school.example [User unknown]\n--b--"
        ),
        "jo@school.example permanent",
    ),
    "a report whose parts lost their boundaries": (
        f"{DAEMON}\nContent-Type: multipart/report; report-type=delivery-status; boundary=b",
        "Call help@isp.example.\n\nFinal-Recipient: rfc822; <jo@school.example>\nAction: failed\nStatus: 5.1.1\n",
        "jo@school.example permanent 5.1.1",
    ),
    "fields among the words, where the boundary before them is broken": (
        f"{DAEMON}\nContent-Type: multipart/report; report-type=delivery-status; boundary=b",
        (
            "--b\nContent-Type: text/plain\n\nOf these: <jo@school.example> <al@school.example>\n\n --b\n\n"
            "Reporting-MTA: dns; mx.example\n\nAction: delayed\nFinal-Recipient: rfc822; jo@school.example\n"
            "Status: 4.0.0\n\nFinal-Recipient: rfc822; al@school.example\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp; 550 user unknown\n--b--"
        ),
        "jo@school.example delayed 4.0.0, al@school.example permanent 5.0.0",
    ),
    "fields of a report that has no parts at all, whose names are no reason": (
        DAEMON,
        (
            "These had errors:\n\n<jo@school.example>\n\n554 cannot run the script\n\nReporting-MTA: dns; mx.example\n\n"
            "Final-Recipient: RFC822; jo@school.example\nX-Actual-Recipient: RFC822; |script\nAction: failed\n"
            "Status: 5.5.0\n"
        ),
        "jo@school.example permanent 5.5.0",
    ),
    "a whole report below the words of whoever passes it on": (
        DAEMON,
        (
            "What is below did not arrive. Write to help@isp.example about it.\n\nReturn-Path: <>\n\nIt was late.\n\n"
            "Final-Recipient: rfc822; jo@school.example\nAction: failed\nStatus: 4.0.0\n"
        ),
        "jo@school.example temporary 4.0.0",
    ),
    "all of it twice, in two languages": (
        f"{DAEMON}\nX-Failed-Recipients: jo@school.example, al@school.example",
        (
            "Nicht angekommen:\n\n  jo@school.example\n    550 mailbox full\n  al@school.example\n    550 user unknown\n\n"
            "Not arrived:\n\n  jo@school.example\n    550 mailbox full\n  al@school.example\n    550 user unknown\n"
        ),
        "jo@school.example temporary, al@school.example permanent",
    ),
    "lateness in its subject only": (
        "From: MAILER-DAEMON@mx.example\nSubject: Warnung: Zustellung verzögert sich",
        "Bisher nicht zugestellt: jo@school.example. Letzte Antwort: 451 4.3.0 temporarily unavailable",
        "jo@school.example delayed 4.3.0",
    ),
}


@pytest.mark.parametrize("name", PROSE)
def test_a_report_is_read_by_its_structure(name: str):
    head, text, expected = PROSE[name]
    to = "" if "To: newsletter@" in head else "\nTo: newsletter@pscb.example"
    found = bounces(read(f"{head}{to}\n\n{text}{'' if 'multipart' in head or '--- Below' in text else COPY}".encode()))
    assert ", ".join(map(_told, found)) == expected


def _told(finding: Finding) -> str:
    return f"{finding.address} {finding.severity} {finding.status}".strip()


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Hello!\n\n<jo@school.example>:\nThis account has been disabled.", "This account has been disabled."),
        ("Hello!\n\njo@school.example: The domain is gone", "jo@school.example: The domain is gone"),
        ("Hello!\n\n<jo@school.example>:\nGone fishing\n\nSorry", "Gone fishing"),
        ("Hello!\n\n<jo@school.example>", "<jo@school.example>"),
        ("Hello!\n\nIt comes back.", "Hello!"),
    ],
)
def test_the_evidence_is_the_line_that_tells_why_or_what_stands_with_the_address(text: str, evidence: str):
    [found] = bounces(read(f"{DAEMON}\n\n{text}{COPY}".encode()))
    assert found.evidence == evidence


FIELDS = {
    # groups of fields (RFC 3464), the words beside them, and whom the report is about
    "an empty line within a recipient's fields": (
        "Final-Recipient: rfc822; jo@school.example\n\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user",
        "Sorry.",
        "jo@school.example permanent 5.1.1",
    ),
    "the action among the server's own fields": (
        "Reporting-MTA: dns; mx.example\nAction: delayed\n\nFinal-Recipient: rfc822; jo@school.example\nStatus: 4.4.1",
        "Sorry.",
        "jo@school.example delayed 4.4.1",
    ),
    "fields that name no reason": (
        "Final-Recipient: rfc822; jo@school.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: X-Gateway; failed",
        "Your message, subject: on policies\n\nThe mailbox of jo@school.example is over its quota.",
        "jo@school.example temporary 5.0.0",
    ),
    "the command at which it failed, in its words only": (
        "Final-Recipient: rfc822; jo@school.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no thanks",
        "<jo@school.example>: host mx.school.example said: 550 no thanks (in reply to end of DATA command)",
        "jo@school.example ours 5.0.0",
    ),
    "two recipients, and whose message failed at which command": (
        (
            "Final-Recipient: rfc822; jo@school.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no\n\n"
            "Final-Recipient: rfc822; al@school.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no"
        ),
        (
            "<jo@school.example>: host said: 550 no (in reply to RCPT TO command)\n\n"
            "<al@school.example>: host said: 550 no (in reply to end of DATA command)"
        ),
        "jo@school.example permanent 5.0.0, al@school.example ours 5.0.0",
    ),
    "an action for all of them": (
        (
            "Reporting-MTA: dns; mx.example\nAction: delayed\n\nFinal-Recipient: rfc822; jo@school.example\n\n"
            "Final-Recipient: rfc822; al@school.example"
        ),
        "Sorry.",
        "jo@school.example delayed, al@school.example delayed",
    ),
    "somebody held back until we prove to be people": (
        "Action: failed\n\nFinal-Recipient: rfc822; jo@school.example\nStatus: 4.7.0\nDiagnostic-Code: X-Notice; not pre-approved",
        "Your message is being held. Please confirm that you are a real person by the link.",
        "",
    ),
    "a refusal that speaks of proof": (
        "Final-Recipient: rfc822; jo@school.example\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 no",
        "Sender authentication failed.",
        "jo@school.example ours 5.7.1",
    ),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_recipient_s_fields_belong_together(name: str):
    fields, text, expected = FIELDS[name]
    raw = (
        f"{DAEMON}\nReturn-Path: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\n{text}\n--b\nContent-Type: message/delivery-status\n\n{fields}\n--b--\n"
    )
    assert ", ".join(map(_told, bounces(read(raw.encode())))) == expected


SAYS = {
    "a reply": "The filter refused it.\n\nReply: 550 5.7.1 scored as spam",
    "words": "It has not delivered this mail.",
}
FILTER = "From: Filter <filter@trust.example>\nAuto-Submitted: auto-generated\nSubject: A suspect file in your message"


@pytest.mark.parametrize(
    ("head", "says", "addresses"),
    [
        (FILTER, "a reply", ["jo@trust.example"]),
        (FILTER, "words", ["jo@trust.example"]),
        # People write back to us with the copy below, or pass on their own or somebody's.
        ("From: Al <al@trust.example>\nSubject: Blocked?\nIn-Reply-To: <issue-18.x@pscb.example>", "a reply", []),
        ("From: Jo <jo@trust.example>\nSubject: Blocked?", "a reply", []),
        ("From: Al <al@trust.example>\nSubject: Fwd: 18", "words", []),
    ],
)
def test_a_copy_of_ours_and_that_it_failed_are_the_report_of_a_filter(head: str, says: str, addresses: list[str]):
    copy = f"Message-ID: <issue-18.{REFERENCE}@pscb.example>\nTo: jo@trust.example\nX-PSCB-Mail: {REFERENCE}\n"
    text = f"{SAYS[says]}\n\n---- Original message ----\n{copy}"
    raw = f"{head}\nTo: newsletter@pscb.example\nContent-Type: text/plain\n\n{text}"
    assert [found.address for found in bounces(read(raw.encode()))] == addresses


AWAY = "Return-Path: <>\nFrom: jo@school.example\nSubject: Automatic reply: 18\n\nI am away. "


@pytest.mark.parametrize(
    "raw",
    [
        "From: jo@school.example\nSubject: The post\n\nYour message to Al could not be delivered, he has moved.",
        "From: jo@school.example\nSubject: Re: 18\n\nYour message came. Mine could not be delivered to al@school.example.",
        "From: jo@school.example\nSubject: Al\n\nYour mail could not be delivered to al@school.example. Is it al.b@school.example?",
        f"{AWAY}The conference has been postponed, ask al@school.example.",
        f"{AWAY}Leaflets cannot be delivered to al@school.example now.",
        "Return-Path: <jo@school.example>\nSubject: A child\n\nIt has to do with content on her phone, and was delayed.",
    ],
)
def test_a_person_who_tells_of_a_failure_is_no_server(raw: str):
    assert bounces(read(raw.encode())) == ()
