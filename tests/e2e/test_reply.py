"""The way back: a reader presses *unsubscribe* and Send, and is left alone from then on."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from shutil import copyfile
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from dovecot import PASSWORD, Dovecot, running_dovecot
from postfix import Postfix, running_postfix
from program import Program, workspace

pytestmark = pytest.mark.real

ISSUES = Path(__file__).parents[2] / "issues"
READERS = ("jo@school.test", "sam@health.test", "kit@police.test")


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with running_postfix() as server:
        yield server


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def program(tmp_path: Path, postfix: Postfix, dovecot: Dovecot) -> Program:
    """A workspace whose mail goes out by Postfix and comes back to Dovecot, with issue 18 and three readers."""
    made = workspace(
        tmp_path,
        relay=f'host = "127.0.0.1"\nport = {postfix.port}\nsecurity = "starttls"\nca_file = "{postfix.ca_file}"',
        mailbox=f'source = "{dovecot.url(tls=True)}"\nca_file = "{dovecot.ca_file}"',
    )
    made.env["PSCB_MAIL_MAILBOX_PASSWORD"] = PASSWORD
    copyfile(ISSUES / "issue-18.md", tmp_path / "issues" / "issue-18.md")
    made("add", *READERS)
    return made


def copies(postfix: Postfix) -> dict[str, list[EmailMessage]]:
    """Return what arrived, by reader."""
    found: dict[str, list[EmailMessage]] = {}
    for raw in postfix.copies():
        message = email.message_from_bytes(raw, policy=email.policy.default)
        found.setdefault(message["To"].addresses[0].addr_spec, []).append(message)
    return found


def pressed(copy: EmailMessage, words: str) -> EmailMessage:
    """Return the mail that a mail program writes when the reader presses the link with these words, and Send."""
    html = copy.get_body(("html",)).get_content()
    link = next(url for url in re.findall(r'href="(mailto:[^"]+)"', html) if words in unquote(url))
    url = urlsplit(link.replace("&amp;", "&"))
    fields = parse_qs(url.query)
    reply = EmailMessage(policy=email.policy.SMTP)
    reply["From"], reply["To"] = copy["To"], unquote(url.path)
    reply["Subject"], reply["Message-ID"] = fields["subject"][0], f"<{words}-{copy['X-PSCB-Mail']}@reader.test>"
    reply.set_content(fields["body"][0])
    return reply


def test_pressing_unsubscribe_and_send_takes_the_reader_off(
    program: Program, postfix: Postfix, dovecot: Dovecot
) -> None:
    """The reply is read from a real mailbox, acted on, confirmed and filed; the next send skips that reader."""
    assert program("send", "18", "--limit", "2", "--yes", "--json").json["counts"]["queued"] == 1
    copy = copies(postfix)["jo@school.test"][0]
    dovecot.append(pressed(copy, "unsubscribe").as_bytes())
    report = program("inbox", "--json").json
    (entry,) = report["messages"]
    assert (entry["finding"], entry["action"], entry["address"]) == ("opt_out", "opted_out", "jo@school.test")
    assert report["review"] == 0
    assert dovecot.subjects() == []
    assert dovecot.subjects("Newsletter/Done") == [f"unsubscribe {copy['X-PSCB-Mail']}"]

    copyfile(program.folder / "issues" / "issue-18.md", program.folder / "issues" / "issue-19.md")
    issue = program.folder / "issues" / "issue-19.md"
    issue.write_text(issue.read_text(encoding="utf-8").replace("number: 18", "number: 19"), encoding="utf-8")
    program("send", "18", "--yes")
    status = program("send", "19", "--yes", "--json").json
    assert (status["total"], status["counts"]["sent"]) == (2, 2)
    subjects = [message["Subject"] for message in copies(postfix)["jo@school.test"]]
    assert len(subjects) == 2, "one copy of issue 18, and the confirmation"
    assert [person["address"] for person in program("list", "--status", "opted_out", "--json").json] == [
        "jo@school.test"
    ]
    assert program("inbox", "--json").json["read"] == 0


def test_a_reader_who_opts_out_while_a_mailing_is_under_way_is_skipped(
    program: Program, postfix: Postfix, dovecot: Dovecot
) -> None:
    """Between the days of a paced mailing: their copy never leaves."""
    program("send", "18", "--limit", "1", "--yes")
    copy = next(messages[-1] for address, messages in copies(postfix).items() if address in READERS[:1])
    reply = pressed(copy, "unsubscribe")
    reply.replace_header("From", "sam@health.test")
    reply.replace_header("Subject", "Please unsubscribe me")
    reply.set_content("Please take me off this list.\n")
    reply["In-Reply-To"] = copy["Message-ID"]
    dovecot.append(reply.as_bytes())
    (entry,) = program("inbox", "--json", expect=None).json["messages"]
    assert entry["finding"] == "opt_out"
    if entry["action"] == "review":
        (review,) = program("review", "--json").json
        program("review", "--accept", str(review["number"]))
    status = program("send", "18", "--yes", "--json").json
    assert (status["counts"]["sent"], status["counts"]["skipped"]) == (2, 1)
    (line,) = program("log", "18", "--state", "skipped", "--json").json
    assert line["address"] == "sam@health.test"
