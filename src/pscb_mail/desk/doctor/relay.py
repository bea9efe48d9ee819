"""A relay, step by step: reached, encrypted, what it offers, signed in, would it take mail from our address.

Nothing is sent: the last step is MAIL FROM and RSET, and no recipient is ever named. Nothing secret leaves before a
certificate has held. Every step that cannot be made because an earlier one failed is `not checked`, so that the list of
checks is the same at every run.
"""

import contextlib
import errno
import smtplib
import socket
import ssl
from dataclasses import dataclass, field, replace
from datetime import datetime

from pscb_mail.desk.doctor import certificates
from pscb_mail.desk.doctor.check import MEND_FIRST, Check, complete, not_checked, ok, warning
from pscb_mail.desk.doctor.faults import Faults, StopError
from pscb_mail.desk.doctor.line import (
    CHALLENGE,
    EncryptedLine,
    Line,
    auth_commands,
    greeted_at,
    open_line,
)
from pscb_mail.desk.doctor.names import Names
from pscb_mail.desk.doctor.offers import offers
from pscb_mail.errors import PscbMailError
from pscb_mail.foreign import one_line
from pscb_mail.network import tls_context
from pscb_mail.sending.replies import Stage
from pscb_mail.settings import Relay
from pscb_mail.signin import Access, Opens
from pscb_mail.signin.sasl import hint as hint_for
from pscb_mail.signin.sasl import masked

STEPS = ("connection", "encryption", "offers", "sign-in", "sender")
STEP_SECONDS = 8.0


@dataclass
class Heard:
    """What came of one call: the checks, the mechanisms offered, and the time that the relay's greeting gives.

    `talk` is what was said and answered, with no secret in it. `unknown_authority`: it ended because the certificate
    comes from an authority that this computer does not know.
    """

    checks: list[Check] = field(default_factory=list)
    mechanisms: tuple[str, ...] = ()
    server_time: datetime | None = None
    talk: list[str] = field(default_factory=list)
    unknown_authority: bool = False


def check_relay(
    relay: Relay,
    sender: str,
    opens: Opens | None,
    names: Names,
    now: datetime,
    prefix: str,
    seconds: float = STEP_SECONDS,
) -> Heard:
    """Call a relay and return what was heard; `prefix` begins the checks' names. Raises nothing for a relay's faults.

    `opens` is asked for the secret when the connection is ready for it; None: signing in is not tried. `seconds`: how
    long an answer is waited for.
    """
    call = _Call(relay, sender, opens, now, Faults(relay, names, prefix, seconds))
    try:
        call.run()
    except StopError as stop:
        call.heard.checks.append(stop.check)
        call.heard.unknown_authority = stop.unknown_authority
    call.heard.checks = complete(call.heard.checks, prefix, STEPS)
    return call.heard


@dataclass
class _Call:
    relay: Relay
    sender: str
    opens: Opens | None
    now: datetime
    faults: Faults
    heard: Heard = field(default_factory=Heard)
    given: list[Access] = field(default_factory=list)

    def run(self) -> None:
        self._look_up()
        line = self._connected()
        try:
            with self.faults.during("connection"):
                self._greeted(line)
            with self.faults.during("encryption"):
                self._encrypt(line)
            with self.faults.during("offers"):
                self._offers(line)
            with self.faults.during("sign-in"):
                self._sign_in(line)
            with self.faults.during("sender"):
                self._would_take(line)
            with contextlib.suppress(OSError, smtplib.SMTPException):
                line.quit()
        finally:
            self.heard.talk = [one_line(self._harmless(said), 500) for said in line.talk]
            line.close()

    def _harmless(self, said: str) -> str:
        """Return words without whatever secret was used, should a relay say it back."""
        for access in self.given:
            said = masked(said, access.username, access.secret)
        return said

    def _add(self, check: Check) -> None:
        self.heard.checks.append(check)

    # -- reaching it ------------------------------------------------------------------------------------------------

    def _look_up(self) -> None:
        try:
            socket.getaddrinfo(self.relay.host, self.relay.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as problem:
            raise self.faults.unknown() from problem

    def _connected(self) -> Line | EncryptedLine:
        """Connect; with security = "tls" that encrypts too, so that its faults are the encryption's."""
        implicit = self.relay.security == "tls"
        with self.faults.during("encryption" if implicit else "connection"):
            try:
                return open_line(self.relay, self._context() if implicit else None, self.faults.seconds)
            except smtplib.SMTPConnectError as problem:
                raise self.faults.refused("connection", problem.smtp_code, problem.smtp_error) from problem
            except (TimeoutError, ConnectionRefusedError) as problem:
                raise self.faults.unreachable(problem) from problem
            except OSError as problem:
                if problem.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}:
                    raise self.faults.unreachable(problem) from problem
                raise

    def _greeted(self, line: Line | EncryptedLine) -> None:
        self.heard.server_time = greeted_at(line)
        self._add(ok(self.faults.name("connection"), f"{self.relay.label} answers."))

    def _context(self) -> ssl.SSLContext:
        try:
            return tls_context(self.relay.ca_file)
        except OSError as problem:
            raise self.faults.stop(
                "encryption",
                f"ca_file {self.relay.ca_file} cannot be used: {problem}. Nothing was sent.",
                "It is a PEM file with the authority's certificate.",
            ) from problem

    def _encrypt(self, line: Line | EncryptedLine) -> None:
        step = self.faults.name("encryption")
        if self.relay.security == "starttls":
            line.ehlo()
            if not line.has_extn("starttls"):
                raise self.faults.stripped()
            code, said = line.starttls(context=self._context())
            if code != 220:
                raise self.faults.refused("encryption", code, said)
        connection = line.sock
        if isinstance(connection, ssl.SSLSocket):
            self._add(certificates.trusted(step, self.relay.host, connection, self.now))
        elif self.relay.is_loopback:
            self._add(ok(step, "No encryption, and none is needed: the relay is this computer."))
        else:
            self._add(
                warning(
                    step,
                    f"Mail goes to {self.relay.label} readable by anyone on the way (allow_plain_text).",
                    'Use security = "tls" or "starttls".',
                )
            )

    # -- what it offers, and whether it lets us in ------------------------------------------------------------------

    def _offers(self, line: Line | EncryptedLine) -> None:
        code, said = line.ehlo()
        if not 200 <= code < 300:
            raise self.faults.refused("offers", code, said)
        features = {str(name).upper(): str(value) for name, value in line.esmtp_features.items()}
        self.heard.mechanisms = tuple(features.get("AUTH", "").upper().split())
        self._add(offers(self.faults.name("offers"), self.relay.label, features))

    def _sign_in(self, line: Line | EncryptedLine) -> None:
        step = self.faults.name("sign-in")
        if self.relay.auth == "none":
            self._add(ok(step, "None is asked for (auth = none)."))
            return
        if self.opens is None:
            self._add(not_checked(step, "Signing in was not tried.", "`pscb-mail doctor` tries it."))
            raise StopError(not_checked(self.faults.name("sender"), "Nobody has signed in.", MEND_FIRST))
        mechanism = self._mechanism()
        access = self._opened(None)
        if access is None:
            return
        code, said = _say(line, auth_commands(access, mechanism))
        if code == 535 and access.mechanism == "xoauth2" and (fresh := self._opened(access)) is not None:
            # A token may be turned down before its time: sending renews it once, and so does this.
            access, (code, said) = fresh, _say(line, auth_commands(fresh, mechanism))
        if code == 235:
            self._add(ok(step, f"{access.username} is let in ({mechanism})."))
            return
        refused = self.faults.refused("sign-in", code, said, Stage.AUTH).check
        hint = hint_for("smtp", refused.detail, access.mechanism) if code >= 500 else refused.hint
        raise StopError(replace(refused, detail=self._harmless(refused.detail), hint=hint))

    def _opened(self, rejected: Access | None) -> Access | None:
        try:
            access = self.opens(rejected) if self.opens else None
        except PscbMailError as problem:
            raise self.faults.stop("sign-in", problem.message, problem.hint) from problem
        self.given += [access] if access else []
        return access

    def _mechanism(self) -> str:
        wanted = ("PLAIN", "LOGIN") if self.relay.auth == "password" else ("XOAUTH2",)
        for mechanism in wanted:
            if mechanism in self.heard.mechanisms:
                return mechanism
        offered = " ".join(self.heard.mechanisms) or "nothing"
        raise self.faults.stop(
            "sign-in",
            f"{self.relay.label} takes no {' or '.join(wanted)} (it offers {offered}). No password was sent.",
            'Check port and auth under [[relay]]: "microsoft" or "google" signs in without a password.',
        )

    def _would_take(self, line: Line | EncryptedLine) -> None:
        """Ask whether it would take our From, and take the question back (RFC 5321 section 4.1.1.5)."""
        code, said = line.docmd(f"MAIL FROM:<{self.sender}>")
        with contextlib.suppress(OSError, smtplib.SMTPException):
            line.rset()
        if 200 <= code < 300:
            self._add(ok(self.faults.name("sender"), f"It would take mail from {self.sender}. Nothing was sent."))
        else:
            raise self.faults.refused("sender", code, said, Stage.MAIL)


def _say(line: Line | EncryptedLine, words: list[str]) -> tuple[int, bytes]:
    """Say the lines of a SASL mechanism as far as the server wants to hear them; return its last answer."""
    code, said = line.docmd(words[0])
    for answer in words[1:]:
        if code == CHALLENGE:
            code, said = line.docmd(answer)
    return code, said
