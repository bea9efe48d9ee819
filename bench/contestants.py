"""One contestant, in a process of its own: `contestants.py NAME PORT SESSIONS MESSAGES`; prints one line of JSON.

Wall and CPU seconds are of the sending alone, without the interpreter's start and without making the list: smtp-source
and a library given ready-made bytes have none either.
"""

import asyncio
import base64
import json
import os
import random
import resource
import smtplib
import string
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pscb_mail.issues.edition import Edition
    from pscb_mail.sending.signature import Signer
    from pscb_mail.settings import Newsletter

SENDER = "newsletter@pscb.test"
SIZE = 60_000
_CHANCE = random.Random(18)


def prose(length: int) -> str:
    """Return so many characters of words in lines."""
    words = ("".join(_CHANCE.choices(string.ascii_lowercase, k=_CHANCE.randint(2, 10))) for _ in range(length))
    lines, line, total = [], "", 0
    for word in words:
        line = f"{line} {word}".strip()
        if len(line) > 60:
            lines.append(line)
            total += len(line) + 2
            line = ""
            if total > length:
                break
    return "\n".join(lines) + "\n"


def recipient(number: int) -> str:
    return f"reader{number:07}@school.test"


def ready_made(number: int, body: str = prose(SIZE)) -> bytes:
    """Return a distinct message of 60 KB, made of strings."""
    head = (
        f"From: {SENDER}\r\nTo: {recipient(number)}\r\nSubject: Newsletter\r\nMessage-ID: <{number}@pscb.test>\r\n\r\n"
    )
    return head.encode() + body.replace("\n", "\r\n").encode()


def as_people_do(number: int, text: str = prose(10_000), html: str = prose(46_000)) -> EmailMessage:
    """Return the same with text and HTML, built for each person as the library's manual shows."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, recipient(number), "Newsletter"
    message["Message-ID"] = f"<{number}@pscb.test>"
    message.set_content(f"Dear reader {number}\n{text}")
    message.add_alternative(f"<p>Dear reader {number}</p>{html}", subtype="html")
    return message


def newsletter() -> "Newsletter":
    """Return who sends."""
    from pscb_mail.settings import Newsletter

    return Newsletter(**{"name": "PSCB Newsletter", "from": f"PSCB Newsletter <{SENDER}>"})


def edition() -> "Edition":
    """Return an issue of 60 KB with a name and the three reply links, in text and in HTML."""
    from pscb_mail.issues.edition import Edition, Field
    from pscb_mail.issues.reply_links import LINKS, mailto

    links = [part for link in LINKS for part in (f"<p>{link.subject}: ", *mailto(link, SENDER), "</p>\n")]
    return Edition(
        "issue-18", "Newsletter",
        ("<p>Dear ", Field("first_name", "colleague", "html"), "</p>\n", prose(44_000), *links),
        ("Dear ", Field("first_name", "colleague"), "\n\n", prose(10_000), *links),
    )  # fmt: skip


def readers(db: "Database", count: int) -> None:
    """Put so many people on the list."""
    from pscb_mail.database import transaction

    with transaction(db):
        db.conn.executemany(
            "INSERT INTO subscriber (address, address_key, name, status, since) VALUES (?1, ?1, ?2, 'active', ?3)",
            ((recipient(n), f"Reader {n}", "2026-01-01T00:00:00.000000Z") for n in range(count)),
        )


def whole_tool(port: int, sessions: int, messages: int, signer: "Signer | None" = None) -> Callable[[], object]:
    """Return the whole tool, ledger included: claims and verdicts durable, every copy its own."""
    from pscb_mail.database import open_database
    from pscb_mail.sending import mailing
    from pscb_mail.sending.audience import Audience
    from pscb_mail.sending.door import door
    from pscb_mail.sending.pacing import Limits
    from pscb_mail.sending.relays import Relays
    from pscb_mail.sending.running import Means
    from pscb_mail.settings import Relay

    db = open_database(Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("BENCH_FOLDER"))) / "pscb-mail.db")
    readers(db, messages)
    mailing.begin(db, edition(), Audience(), b"k" * 32, datetime.now(UTC))
    relay = Relay(host="127.0.0.1", port=port, security="none", connections=sessions)
    relays = Relays((door(relay, signer=signer),))
    means = Means(newsletter(), Limits(), relays, lambda: datetime.now(UTC), lambda s: bool(s and time.sleep(s)))

    def send() -> None:
        ended = mailing.run(db, "issue-18", means)
        (sent,) = db.execute("SELECT count(*) FROM delivery WHERE state = 'sent'").fetchone()
        if not ended.tries == sent == messages:
            raise RuntimeError(f"{sent} of {messages} were sent")

    return send


def ours(port: int, sessions: int, messages: int) -> Callable[[], object]:
    """Return the whole tool as most people use it: their relay signs."""
    return whole_tool(port, sessions, messages)


def ours_signed(port: int, sessions: int, messages: int) -> Callable[[], object]:
    """Return the whole tool signing each copy itself, with an RSA key of 2,048 bits."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    from pscb_mail.sending.signature import Signer

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    signer = Signer("pscb.test", "bench", pem, b"rsa-sha256", lambda *_args, **_named: record)
    return whole_tool(port, sessions, messages, signer)


@contextmanager
def session(port: int) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.ehlo("bench.test")
        yield smtp


def smtplib_ready(port: int, _sessions: int, messages: int) -> Callable[[], object]:
    """Return smtplib on one reused session, given ready-made bytes."""

    def send() -> None:
        with session(port) as smtp:
            for number in range(messages):
                smtp.sendmail(SENDER, recipient(number), ready_made(number))

    return send


def smtplib_people(port: int, _sessions: int, messages: int) -> Callable[[], object]:
    """Return smtplib as people use it: one reused session, an EmailMessage built for each person."""

    def send() -> None:
        with session(port) as smtp:
            for number in range(messages):
                smtp.send_message(as_people_do(number))

    return send


def aiosmtplib(port: int, sessions: int, messages: int) -> Callable[[], object]:
    """Return aiosmtplib with as many sessions as we have, ready-made bytes."""
    from aiosmtplib import SMTP

    async def one(numbers: range) -> None:
        async with SMTP(hostname="127.0.0.1", port=port, start_tls=False, use_tls=False) as smtp:
            for number in numbers:
                await smtp.sendmail(SENDER, recipient(number), ready_made(number))

    async def all_of_them() -> None:
        await asyncio.gather(*(one(range(start, messages, sessions)) for start in range(sessions)))

    return lambda: asyncio.run(all_of_them())


CONTESTANTS = {each.__name__: each for each in (ours, ours_signed, smtplib_ready, smtplib_people, aiosmtplib)}


def main(name: str, port: str, sessions: str, messages: str) -> None:
    send = CONTESTANTS[name](int(port), int(sessions), int(messages))
    wall, cpu = time.perf_counter(), time.process_time()
    send()
    seconds, used = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": used, "memory": memory}))


if __name__ == "__main__":
    main(*sys.argv[1:])
