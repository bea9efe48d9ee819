"""Bounces: how bad each is by code and text, who it was, and what proves it. Whole messages are cases as files."""

import pytest

from pscb_mail.mailbox.finding import Severity
from pscb_mail.mailbox.incoming import read
from pscb_mail.mailbox.machines.bounces import bounces, complaint, returned_of, verdict

P, T, D, O = Severity.PERMANENT, Severity.TEMPORARY, Severity.DELAYED, Severity.OURS  # noqa: E741

VERDICTS = [
    # status, text, severity, no such mailbox
    ("5.1.1", "550 5.1.1 User unknown", P, True),
    ("5.1.1", "", P, True),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", P, True),
    ("5.1.2", "bad destination system address", P, True),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", P, True),
    ("5.1.6", "mailbox has moved", P, True),
    ("", "550 No such user here", P, True),
    ("5.0.0", "550 Unknown recipient", P, True),
    ("", "Sorry, no mailbox here by that name. (#5.1.1)", P, True),
    ("", "Unrouteable address", P, True),
    ("", "not listed in Domino Directory: user jo (jo@x.example) not listed in Domino Directory", P, True),
    ("", "Die Empfängeradresse wurde nicht gefunden", P, True),
    ("", "Destinataire inconnu", P, True),
    ("", "El destinatario no existe", P, True),
    ("", "O destinatário não foi encontrado", P, True),
    ("", "Adres odbiorcy nie istnieje", P, True),
    ("5.2.1", "550 5.2.1 mailbox disabled", P, False),
    ("5.4.4", "Host or domain name not found. Name service error", P, False),
    ("5.3.0", "550 rejected", P, False),
    ("5.7.133", "550 5.7.133 SenderNotAuthenticatedForGroup", P, False),
    ("5.7.1", "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized", P, False),
    ("5.2.2", "552 5.2.2 mailbox full", T, False),
    ("4.2.2", "452 over quota", T, False),
    ("5.1.1", "552 account is over quota", T, False),
    ("5.0.0", "Quota exceeded", T, False),
    ("", "Das Postfach ist voll", T, False),
    ("", "La boîte aux lettres du destinataire est pleine", T, False),
    ("", "El buzón del destinatario está lleno", T, False),
    ("", "Skrzynka odbiorcy jest pełna", T, False),
    ("4.4.1", "connect to mx: Connection timed out", T, False),
    ("4.4.7", "delivery time expired", T, False),
    ("5.4.7", "message expired", T, False),
    ("4.7.1", "451 4.7.1 Greylisted", T, False),
    ("4.3.2", "system not accepting network messages", T, False),
    ("", "451 try again later", T, False),
    ("5.7.1", "550 5.7.1 rejected by policy", O, False),
    ("5.7.26", "unauthenticated", O, False),
    ("5.7.515", "Access denied, sending domain does not meet the required authentication level", O, False),
    ("5.7.606", "Access denied, banned sending IP", O, False),
    ("5.1.8", "Access denied, bad outbound sender", O, False),
    ("5.3.4", "message too big", O, False),
    ("5.2.3", "message length exceeds limit", O, False),
    ("5.2.252", "SendAsDenied", O, False),
    ("5.2.2", "554 5.2.2 Submission quota exceeded; STOREDRV.Submission", O, False),
    ("5.1.1", "554 blocked using zen.spamhaus.example", O, False),
    ("", "554 Your IP is on our blacklist", O, False),
    ("5.0.0", "Message rejected as spam", O, False),
    ("5.0.0", "550 Invalid Recipient - https://community.mimecast.example/docs/DOC-1369#550", P, True),
    ("5.0.0", "554 Blocked - see https://ipcheck.proofpoint.example/?ip=192.0.2.1", O, False),
    ("5.4.317", "550 5.4.317 Message expired, cannot connect to remote server", T, False),
    ("5.4.310", "550 5.4.310 DNS domain school.example does not exist", P, False),
    ("5.7.1", "554 5.7.1 <jo@school.example>: Relay access denied", P, False),
    ("5.7.64", "550 5.7.64 TenantAttribution; Relay Access Denied", O, False),
    ("5.7.1", "the group may not exist, or you may not have permission to post messages to the group", P, False),
    ("", "550 Client host rejected: cannot find your hostname", O, False),
    ("", "550 Sender IP address refused", O, False),
    ("", "554 Denied by policy", O, False),
    ("", "550 was rejected due to classification as bulk mail", O, False),
    ("", "550 access from ip address 192.0.2.1 blocked", O, False),
    ("5.0.0", "550 sender domain is empty", O, False),
    ("", "550 the message is looping", O, False),
    ("", "550 you have been blocked by the recipient", P, False),
    ("", "550 message refused due to recipient preferences", P, False),
    ("", "550 This user doesn't have an account here. See https://policy.example/?ip=192.0.2.1", P, False),
    ("4.4.0", '451 Primary target IP address responded with: "421 Connection dropped"', T, False),
    ("", "550 The user's space has been used up", T, False),
    ("", "550 giving up on 192.0.2.1", T, False),
    ("", "554 Failed to deliver to domain school.example after 12 tries", T, False),
    ("", "554 local error in processing", T, False),
    ("5.5.4", "501 5.5.4 HELO argument is invalid", O, False),
    ("5.5.0", "550 5.5.0 Recipient account is blocked", P, False),
    ("5.1.7", "550 5.1.7 unknown sender address", O, False),
    ("5.7.12", "550 5.7.12 Sender was not authenticated by organization", P, False),
    ("5.7.2", "553 5.7.2 All messages from 192.0.2.25 will be permanently deferred", O, False),
    ("5.7.0", "550 5.7.0 Mail relay denied. Invalid credentials for relay", O, False),
    ("5.0.1", "550 5.0.1 Emetteur invalide. Invalid Sender.", O, False),
    ("", "553 this route requires TLS version 1.2 or greater", O, False),
    ("", "552 Account storage limit", T, False),
    ("", "550 Mailbox was not used for more than 3 months", P, False),
    ("", "550 routing loop detected", O, False),
    ("", "550 questionable content", O, False),
    ("", "550 rejected by attachment blocking filter", O, False),
    ("", "550 syntax error in from address", O, False),
    ("", "550 no space left for this user", T, False),
    ("", "550 all hosts have been failing for a long time", T, False),
    ("", "550 account expired", P, True),
    ("", "Message could not be delivered for 48 hours - returned.", T, False),
    ("", "550 Benutzer hat das Speichervolumen überschritten", T, False),
    ("4.7.0", "421 4.7.0 temporarily deferred due to user complaints, poor reputation", O, False),
    ("5.7.1", "550 5.7.1 No mailbox found", P, True),
    ("5.0.0", "550 BAD_RECIPIENT - see https://mail.example/r", P, True),
    ("", "That is not a valid user here", P, True),
    ("5.7.1", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", P, False),
    ("5.7.1", "553 you are using me [mx.example] as a relay, which I am not set up for (#5.7.1)", P, False),
    ("5.7.1", "554 5.7.1 <jo@school.example>: Recipient address rejected: Access denied", P, False),
    ("5.7.1", "554 5.7.1 <mx.example[192.0.2.1]>: Client host rejected: Access denied", O, False),
    ("5.7.1", "554 5.7.1 conta desativada (this account has been disabled)", P, False),
    ("5.7.1", "550 5.7.1 your account has been disabled", O, False),
    ("5.7.3", "553 5.7.3 CONTENT REJECT: spam check", O, False),
    ("5.2.0", "550 5.2.0 From: domain is invalid", O, False),
    ("", "554 No Resent-From field given", O, False),
    ("5.0.0", "550 Spamming not allowed", O, False),
    ("", "host spam-filter.school.example said: 550 no such user", P, True),
    ("", "Name service error for domain school.example: host not found, try again", T, False),
    ("5.0.0", "[school.example]: Name or service not known", P, False),
    ("4.1.1", "450 4.1.1 <jo@school.example>: User unknown in local recipient table", P, False),
    ("4.0.0", "554 IP=192.0.2.1 dialup not allowed", O, False),
    ("4.0.0", "connect to mx.school.example: Connection refused", T, False),
    ("5.2.0", "550 5.2.0 Mail rejete. [506]", O, False),
    ("5.0.0", "550 Mail rejected.", P, False),
    ("", "Your 'Send mail as' settings are misconfigured", O, False),
    ("", "The server of that school is misconfigured", P, False),
    ("", "451 account disabled", T, False),
    ("", "550 mailbox temporarily disabled", T, False),
    ("", "The server did not accept our requests to connect. [socket error]", T, False),
    ("5.0.0", "550 no thanks (in reply to end of DATA command)", O, False),
    ("5.0.0", "550 mailbox unavailable (in reply to end of DATA command)", P, False),
    ("", "error after MAIL FROM:<news@pscb.example> SIZE=9: 550 pscb.example is not there", O, False),
    ("", "error after initial connection: 554 never", O, False),
    ("", "error after initial connection: 554 no SMTP service here", P, False),
    ("5.0.0", "550 no (in reply to EHLO command)", O, False),
    ("4.3.2", "450 4.3.2 no (in reply to MAIL FROM command)", T, False),
    ("", ">>> MAIL From:<news@pscb.example>\n<<< 501 no thanks", O, False),
    ("", ">>> RCPT To:<jo@school.example>\n<<< 550 no thanks", P, False),
    ("5.0.0", "550 your relay quota has been exceeded", O, False),
    ("5.7.1", "It was rejected by the recipient domain: 550 5.7.1 no entry", O, False),
    ("", "550 Host unknown; 250 of somebody else: deferred", P, False),
    ("5.7.27", "550 this domain does not accept mail", P, False),
    ("5.7.1", "550 5.7.1 we do not accept mail without a valid PTR", O, False),
    ("", "The account may not exist, or it may be blacklisted", P, False),
    ("5.5.0", "554 5.5.0 Service unavailable", P, False),
    ("5.0.0", "554 we cannot resolve your address", O, False),
    ("5.0.0", "550 the relay 192.0.2.1 is listed", O, False),
    ("5.0.0", "550 send through your ISP", O, False),
    ("5.0.0", "550 illegal attachment", O, False),
    ("5.0.0", "550 they take no mail with attachments", P, False),
    ("5.0.0", "553 give a fully qualified name", O, False),
    ("5.0.0", "550 blocked for abuse", O, False),
    ("5.0.0", "554 protocol violation", O, False),
    ("5.0.0", "554 internal error", T, False),
    ("", "554 the connection was dropped", T, False),
    ("5.0.0", "550 delivery failed: userdisk quota", T, False),
]


@pytest.mark.parametrize(("status", "text", "severity", "sure"), VERDICTS)
def test_a_bounce_is_as_bad_as_code_and_text_say_together(status: str, text: str, severity: Severity, *, sure: bool):
    assert verdict(status, text, "failed") == (severity, sure)


def test_delayed_is_no_failure_whatever_the_code():
    assert verdict("5.1.1", "User unknown", "delayed") == (D, False)
    assert verdict("", "The message has not yet been delivered; attempts will continue") == (D, False)


@pytest.mark.parametrize(("status", "text", "severity", "sure"), VERDICTS)
def test_only_a_permanent_bounce_can_say_for_sure_that_there_is_no_mailbox(
    status: str, text: str, severity: Severity, *, sure: bool
):
    assert not sure or severity is P


PROSE = "From: MAILER-DAEMON@mx.example\nTo: newsletter@pscb.example\nSubject: failure notice\n\n"


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("<jo@school.example>:\nuser unknown\n", "jo@school.example"),
        (
            "The address newsletter@pscb.example wrote to jo@school.example which does not exist: could not be delivered",
            "jo@school.example",
        ),
        (
            "Your mail could not be delivered.\n\n--- Below this line is a copy of the message.\n\nTo: Jo <jo@school.example>\n",
            "jo@school.example",
        ),
        ("Your mail could not be delivered.", ""),
    ],
)
def test_the_recipient_is_found_in_prose_and_is_never_ourselves(body: str, address: str):
    found = bounces(read((PROSE + body).encode()))
    assert [finding.address for finding in found] == [address]


SERVERS = {
    # how a server of this make writes, and whom it is about
    "a gateway under a name of its own": (
        "From: imss@school.example\nSubject: Mail could not be delivered",
        "Unable to deliver message to <jo@school.example> (and other recipients in the same domain).",
        "jo@school.example",
    ),
    "a gateway that goes on trying": (
        "From: AntiVirus_for_SMTP_Gateways@school.example\nSubject: Delivery failure notification",
        "could not be delivered to the following recipients:\n\njo@school.example\n\nDelivery attempts will continue.",
        "jo@school.example",
    ),
    "a daemon in another language": (
        "From: MAILER-DAEMON@mail.example\nSubject: \u9000\u4fe1",
        "\u90ae\u4ef6\u65e0\u6cd5\n\n<jo@mail.example>:\n\n<al@mail.example>:\n\n",
        "jo@mail.example,al@mail.example",
    ),
    "MDaemon": (
        "From: MDaemon@school.example\nPrecedence: bulk\nSubject: Warning: jo@school.example - User unknown!",
        "jo@school.example - no such user here.\n\nThere is no user by that name at this server.",
        "jo@school.example",
    ),
    "a daemon that only says that it comes back": (
        "From: MAILER-DAEMON@mail.example\nSubject: Processing Error",
        "Intended recipient: jo@mail.example\n\nThe following mail has been returned because it met an error.",
        "jo@mail.example",
    ),
    "Dovecot's receipt": (
        (
            "From: Mail Delivery Subsystem <postmaster@school.example>\nAuto-Submitted: auto-replied (rejected)\n"
            "Subject: Automatically rejected mail"
        ),
        "Your message to <jo@school.example> was automatically rejected:\nQuota exceeded",
        "jo@school.example",
    ),
    "two on lines of their own": (
        "From: postmaster@school.example\nSubject: Returned Mail",
        (
            "Host school.example is not responding.\nThe following recipients did not receive your message:\n\n"
            "  <jo@school.example>\n  <al@school.example>\n\nWrite to help@school.example."
        ),
        "jo@school.example,al@school.example",
    ),
}


@pytest.mark.parametrize("name", SERVERS)
def test_servers_of_any_make_are_known_by_what_they_say(name: str):
    head, body, addresses = SERVERS[name]
    copy = "--b\nContent-Type: message/rfc822\n\nFrom: newsletter@pscb.example\nSubject: 18\n\nhi\n--b--\n"
    mixed = "To: newsletter@pscb.example\nContent-Type: multipart/mixed; boundary=b"
    raw = f"{head}\n{mixed}\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n{body}\n{copy}"
    assert ",".join(finding.address for finding in bounces(read(raw.encode()))) == addresses


@pytest.mark.parametrize(
    "raw",
    [
        "From: jo@school.example\nSubject: Undeliverable: lunch\n\nWhat does this mean?",
        "From: jo@school.example\nSubject: hello\n\n550 5.1.1 user unknown",
        "From: postmaster@school.example\nSubject: New mail rules from Monday\n\nPlease read them.",
        "From: jo@school.example\nSubject: Delivery of the leaflets\n\nThey could not be delivered on Monday.",
        "Return-Path: <>\nFrom: jo@school.example\nSubject: Jo\n\nThis address is no longer in use, write to al@school.example.",
        "From: jo@school.example\nSubject: Delivery problem\n\nThe leaflets could not be delivered on Monday.",
        "From: jo@school.example\nSubject: FW: Undeliverable: 18\n\nWhy? It could not be delivered to al@school.example.",
    ],
)
def test_what_a_person_writes_is_no_bounce(raw: str):
    assert bounces(read(raw.encode())) == ()


@pytest.mark.parametrize("sender", ["", "undisclosed", "Jürgen <MAILER-DAEMON@x.example>", "<>"])
def test_a_mail_without_a_usable_from_does_not_break_the_detectors(sender: str, caplog: pytest.LogCaptureFixture):
    """flufl.bounce stumbles over it, and would log a traceback."""
    raw = f"From: {sender}\nSubject: failure notice\n\n<jo@school.example>: user unknown"
    assert [found.address for found in bounces(read(raw.encode()))] == ["jo@school.example"]
    assert caplog.records == []


PASSED_ON = [
    # who is missing, whom we wrote to, and whether that takes the one we wrote to off at once
    ("jo.bloggs@school.example", "j.bloggs@school.example", True),
    ("old.deputy@school.example", "jo@school.example", False),
    ("jo77@private.example", "jo@school.example", False),
]


@pytest.mark.parametrize(("final", "original", "sure"), PASSED_ON)
def test_where_mail_was_passed_on_the_one_we_wrote_to_is_reported(final: str, original: str, *, sure: bool):
    """A mailbox that is missing elsewhere does not prove that ours is."""
    fields = f"Original-Recipient: rfc822;{original}\nFinal-Recipient: rfc822;{final}\nAction: failed\nStatus: 5.1.1"
    report = (
        f"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n{fields}\n--b--"
    )
    exim = f"X-Failed-Recipients: {final}\n\nThe following address failed:\n\n  {final}\n    (generated from {original})\n    Unknown user"
    for raw in (report, exim):
        [found] = bounces(read(f"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n{raw}".encode()))
        assert (found.address, found.severity, found.no_such_mailbox) == (original, P, sure)


@pytest.mark.parametrize(("words", "is_one"), [("", True), ("Did you mean to send me this?", False)])
def test_a_report_of_outlook_com_is_a_complaint_and_a_copy_somebody_attached_is_none(words: str, *, is_one: bool):
    raw = (
        f"From: staff@hotmail.example\nSubject: complaint about message from 192.0.2.1\nContent-Type: multipart/mixed; boundary=b\n\n"
        f"--b\n\n{words}\n--b\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: <jo@hotmail.example>\n"
        "From: newsletter@pscb.example\nX-PSCB-Mail: BBBBB-11111-22222-33333\n\nhi\n--b--\n"
    )
    found = complaint(read(raw.encode()))
    assert (found is not None) is is_one
    assert found is None or (found.address, found.references) == ("jo@hotmail.example", ("BBBBB-11111-22222-33333",))


def test_what_proves_a_report_is_found_wherever_it_stands():
    raw = (
        "From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
        "Original-Envelope-Id: AAAAA-11111-22222-33333\n\nFinal-Recipient: rfc822; jo@school.example\nAction: failed\nStatus: 5.1.1\n\n"
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <issue-18.BBBBB-11111-22222-33333@pscb.example>\n"
        "X-PSCB-Mail: CCCCC-11111-22222-33333\nFrom: newsletter@pscb.example\n\nhi\n--b--\n"
    )
    returned = returned_of(read(raw.encode()))
    assert set(returned.references) == {f"{letter * 5}-11111-22222-33333" for letter in "ABC"}
    assert returned.message_ids == ("<issue-18.BBBBB-11111-22222-33333@pscb.example>",)


def test_a_spam_report_s_own_text_is_no_complaint():
    assert complaint(read(b"From: a@b.example\nSubject: Abuse report\n\nFeedback-Type: abuse")) is None
