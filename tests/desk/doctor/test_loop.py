"""There and back: what is sent, what is waited for, what the receiving server wrote; against a real Dovecot."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from pathlib import Path

import dovecot
import pytest
from nameserver import NameServer, NoNames
from scripted import ScriptedServer

from pscb_mail.desk.doctor.check import Check, Result
from pscb_mail.desk.doctor.loop import Loop, authentication, check_loop, signature
from pscb_mail.desk.doctor.names import Names, system_names
from pscb_mail.settings import Mailbox, Newsletter, Relay, Settings
from pscb_mail.signin import Outside

KEY = "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(32)).decode()
WORLD = f"""
pscb.test MX 0 mx.pscb.test.
s7._domainkey.pscb.test TXT "{KEY}"
gone._domainkey.pscb.test TXT "v=DKIM1; p="
"""
RESULTS = (
    b"DKIM-Signature: v=1; a=rsa-sha256; d=pscb.test; s=s7;\r\n\th=from:to; bh=x; b=y\r\n"
    b"Authentication-Results: mx.pscb.test; spf=pass smtp.mailfrom=x; dkim=pass header.d=pscb.test; dmarc=pass\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    with dovecot.running_dovecot() as running:
        yield running


class Clock:
    """A clock that moves when somebody waits; `meanwhile` happens then."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None, *, stops: bool = False) -> None:
        self.time = datetime.now(UTC)
        self.meanwhile = meanwhile
        self.stops = stops

    def now(self) -> datetime:
        return self.time

    def wait(self, seconds: float) -> bool:
        self.time += timedelta(seconds=seconds)
        self.meanwhile()
        return self.stops


def loop(
    relay: ScriptedServer, source: str, clock: Clock, folder: Path, password: str = dovecot.PASSWORD
) -> dict[str, Check]:
    settings = Settings(
        newsletter=Newsletter.model_validate({"name": "News", "from": f"News <{dovecot.USER}>"}),
        relay=(Relay(host="127.0.0.1", port=relay.port, security="none"),),
        mailbox=Mailbox(source=source),
    )
    outside = Outside(environment={"PSCB_MAIL_MAILBOX_PASSWORD": password}, folder=folder)
    with NameServer(WORLD) as server:
        names = system_names(f"127.0.0.1:{server.port}")
        return {check.check: check for check in check_loop(Loop(settings, names, clock.now, clock.wait, outside))}


@pytest.mark.real
def test_the_mail_is_sent_once_to_ourselves_and_read_back(server: dovecot.Dovecot, tmp_path: Path) -> None:
    """Among others that look like it; automatic, so that nothing answers."""
    with ScriptedServer() as relay:

        def arrive() -> None:
            server.append(b"X-PSCB-Loop: another\r\nAuthentication-Results: x; spf=fail\r\n\r\n")
            if relay.taken:
                server.append(RESULTS + relay.taken[0][2])

        checks = loop(relay, server.url(), Clock(arrive), tmp_path)
        [(sender, recipient, raw)] = relay.taken
    assert {check.result for check in checks.values()} == {Result.OK}
    assert list(checks) == ["loop: sent", "loop: arrived", "loop: authentication", "loop: DKIM"]
    assert "selector s7, and s7._domainkey.pscb.test publishes a key" in checks["loop: DKIM"].detail
    assert "spf=pass, dkim=pass, dmarc=pass" in checks["loop: authentication"].detail
    assert recipient == dovecot.USER
    assert dovecot.USER in sender
    assert b"Auto-Submitted: auto-generated" in raw


@pytest.mark.real
def test_a_mail_that_does_not_arrive_is_told_and_waited_for_no_longer(server: dovecot.Dovecot, tmp_path: Path) -> None:
    """A minute and a half, or until Ctrl-C; what the world thinks is then not known."""
    for clock in (Clock(), Clock(stops=True)):
        with ScriptedServer() as relay:
            checks = loop(relay, server.url(), clock, tmp_path)
        assert checks["loop: arrived"].result is Result.WARNING
        assert "junk" in checks["loop: arrived"].hint
        assert checks["loop: authentication"].result is Result.NOT_CHECKED


@pytest.mark.real
def test_nothing_is_sent_where_it_could_not_be_read_back(server: dovecot.Dovecot, tmp_path: Path) -> None:
    """The mailbox is opened first."""
    with ScriptedServer() as relay:
        checks = loop(relay, server.url(), Clock(), tmp_path, password="wrong")
        assert loop(relay, "maildir:x", Clock(), tmp_path)["loop"].result is Result.NOT_CHECKED
    assert (checks["loop: arrived"].result, checks["loop: sent"].result) == (Result.ERROR, Result.NOT_CHECKED)
    assert relay.taken == []


@pytest.mark.real
def test_a_relay_that_refuses_is_told_in_its_words(server: dovecot.Dovecot, tmp_path: Path) -> None:
    """And nothing is waited for."""
    with ScriptedServer({"RCPT": b"550 5.7.1 not for you\r\n"}) as relay:
        checks = loop(relay, server.url(), Clock(), tmp_path)
    assert (checks["loop: sent"].result, "not for you" in checks["loop: sent"].detail) == (Result.ERROR, True)
    assert checks["loop: arrived"].result is Result.NOT_CHECKED


@pytest.mark.parametrize(
    ("headers", "result", "told"),
    [
        ("Authentication-Results: mx.a; spf=pass; dkim=pass; dmarc=pass", Result.OK, "dmarc=pass"),
        ("Authentication-Results: spf=pass (ok) smtp.mailfrom=a; dkim=pass (good); dmarc=pass", Result.OK, "spf=pass"),
        ("Authentication-Results: x; dmarc=bestguesspass; spf=pass; dkim=pass", Result.OK, "bestguesspass"),
        ("Authentication-Results: x; spf=pass; dkim=none; dmarc=pass", Result.WARNING, "dkim=none"),
        ("Authentication-Results: x; dkim=fail; dkim=pass; spf=pass; dmarc=pass", Result.OK, "dkim=pass"),
        ("Authentication-Results: x; spf=softfail; dkim=none; dmarc=fail", Result.ERROR, "does not believe"),
        ("Authentication-Results: x; spf=pass; dkim=pass; dmarc=fail", Result.ERROR, "does not believe"),
        ("Authentication-Results: x; none (spf=pass; dkim=pass)", Result.NOT_CHECKED, "wrote nothing"),
        ("Subject: none", Result.NOT_CHECKED, "wrote nothing"),
        (
            "X-MS-Exchange-Organization-AuthAs: Internal\nAuthentication-Results: dkim=none",
            Result.NOT_CHECKED,
            "internal",
        ),
    ],
)
def test_what_the_receiving_server_wrote_is_understood(headers: str, result: Result, told: str) -> None:
    """One row a way of writing it; comments are no results."""
    check = authentication(message_from_string(f"{headers}\n\n"))
    assert (check.result, told in check.detail) == (result, True), check


@pytest.mark.parametrize(
    ("headers", "result", "told"),
    [
        ("DKIM-Signature: v=1; d=pscb.test; s=s7; b=", Result.OK, "publishes a key"),
        ("DKIM-Signature: d=relay.test; s=x\nDKIM-Signature: d=PSCB.test; s=s7", Result.OK, "publishes a key"),
        ("DKIM-Signature: d=mail.pscb.test; s=s1", Result.ERROR, "no key at s1._domainkey.mail.pscb.test"),
        ("DKIM-Signature: d=pscb.test; s=gone", Result.WARNING, "has been withdrawn"),
        ("DKIM-Signature: d=pscb.onmicrosoft.test; s=s7", Result.WARNING, "does not count for pscb.test"),
        ("DKIM-Signature: \x1b[2J; no tags", Result.WARNING, "no signature"),
        ("Subject: none", Result.WARNING, "no signature"),
        ("X-MS-Exchange-Organization-AuthAs: Internal", Result.NOT_CHECKED, "only what leaves it"),
    ],
)
def test_the_selector_is_read_in_the_mail_that_came_back(headers: str, result: Result, told: str) -> None:
    """Only there does it stand; the key must be published, for our domain."""
    with NameServer(WORLD) as server:
        check = signature(message_from_string(f"{headers}\n\n"), "pscb.test", system_names(f"127.0.0.1:{server.port}"))
    assert (check.result, told in check.detail) == (result, True), check
    assert (
        signature(message_from_string("DKIM-Signature: d=pscb.test; s=s7\n\n"), "pscb.test", Names(NoNames())).result
        is Result.NOT_CHECKED
    )


def test_only_the_topmost_header_counts() -> None:
    """Ours could bring one of its own; the receiving server's stands above it."""
    top = "Authentication-Results: mx; spf=fail; dmarc=fail\nAuthentication-Results: forged; spf=pass; dmarc=pass\n\n"
    assert authentication(message_from_string(top)).result is Result.ERROR
