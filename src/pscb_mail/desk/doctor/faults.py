"""What goes wrong in a call to a relay, each time as the check that ends it: what was seen, and what to do.

The call itself is `relay`'s. What an SMTP reply means is decided in `sending.replies`.
"""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from pscb_mail.desk.doctor import certificates
from pscb_mail.desk.doctor.check import Check, error, not_checked
from pscb_mail.desk.doctor.names import Names
from pscb_mail.foreign import one_line
from pscb_mail.sending.replies import Meaning, Reply, Stage, meaning
from pscb_mail.settings import Relay


class StopError(Exception):
    """A step failed in a way that leaves no other step to be made: `check` tells of it.

    `unknown_authority`: the certificate comes from an authority that this computer does not know.
    """

    def __init__(self, check: Check, *, unknown_authority: bool = False) -> None:
        super().__init__(check.detail)
        self.check = check
        self.unknown_authority = unknown_authority


@dataclass(frozen=True)
class Faults:
    """The faults of one call, whose checks' names begin with `prefix`; `seconds`: how long an answer is waited for."""

    relay: Relay
    names: Names
    prefix: str
    seconds: float

    def name(self, step: str) -> str:
        """Return what a step's check is called."""
        return f"{self.prefix}: {step}"

    def stop(self, step: str, detail: str, hint: str) -> StopError:
        """A step failed."""
        return StopError(error(self.name(step), detail, hint))

    def unknown(self) -> StopError:
        """The host's name leads nowhere: there is none, or this computer has no network."""
        if not self.names.connected:
            return self._offline("looked up")
        return self.stop("connection", f"There is no server called {self.relay.host}.", "Check host under [[relay]].")

    def _offline(self, what: str) -> StopError:
        detail = f"{self.relay.host} cannot be {what} from here now."
        return StopError(not_checked(self.name("connection"), detail, "Run it again with a network."))

    def unreachable(self, problem: OSError) -> StopError:
        """Nobody takes the call."""
        if not self.relay.is_loopback and not self.names.connected:
            return self._offline("reached")
        if isinstance(problem, ConnectionRefusedError):
            what = f"Nothing listens on {self.relay.label}"
        elif isinstance(problem, TimeoutError):
            what = f"{self.relay.label} does not answer within {self.seconds:.0f} seconds"
        else:
            what = f"There is no way from here to {self.relay.label}"
        return self.stop("connection", f"{what}.", _WHERE)

    def stripped(self) -> StopError:
        """STARTTLS is asked for and not offered."""
        return self.stop(
            "encryption",
            f"{self.relay.label} does not offer encryption (STARTTLS). Nothing was sent, no password either.",
            'Use security = "tls" with port 465 if it has that. If it offered encryption yesterday, somebody on the'
            " way may be taking the offer out: try another network, and tell your IT department.",
        )

    def refused(self, step: str, code: int, said: bytes | str, stage: Stage = Stage.GREETING) -> StopError:
        """The relay says no; what that means is for the one module that decides it."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        if code < 0:  # smtplib's word for what has no code
            return self.stop(step, f"{self.relay.label} does not answer as a mail server does.", _WHERE)
        reply = Reply(code, one_line(text, 300))
        sentence, hint = _MEANS.get(meaning(stage, reply), _OTHERWISE)
        return self.stop(step, f'{self.relay.label} {sentence}: "{reply.code} {reply.text}".', hint)

    @contextlib.contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Have what breaks a step end the call, as the check that says why."""
        try:
            yield
        except ssl.SSLCertVerificationError as problem:
            raise StopError(
                certificates.untrusted(self.name("encryption"), self.relay.host, "[[relay]]", problem),
                unknown_authority=certificates.of_unknown_authority(problem),
            ) from problem
        except ssl.SSLError as problem:
            raise self.stop(
                "encryption",
                f"{self.relay.label} and this computer agree on no encryption ({one_line(problem.reason, 60)}).",
                "Check security and port under [[relay]]: tls goes with 465, starttls with 587 (TLS 1.2 or newer).",
            ) from problem
        except (OSError, smtplib.SMTPException, ValueError) as problem:
            raise self._broken(step, problem) from problem

    def _broken(self, step: str, problem: Exception) -> StopError:
        """Say how a line ended; smtplib calls a silence an unexpected end, and the silence is what came before it."""
        if isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError):
            if step == "connection":  # a server that is to be spoken to in TLS waits for that
                return self.stop(step, f"{self.relay.label} takes the call, and says nothing.", _WHERE)
            return self.stop(step, f"{self.relay.label} stopped answering.", _LATER)
        reason = one_line(getattr(problem, "strerror", None) or str(problem), 200) or type(problem).__name__
        return self.stop(step, f"{self.relay.label} broke off: {reason}.", _LATER)


_LATER = "Run it again later, or ask whoever runs it."
_WHERE = (
    "Check host, port and security under [[relay]] (587 with starttls, 465 with tls); a firewall may be in the way."
)
_MEANS = {
    Meaning.SIGN_IN: (
        "does not let us sign in",
        "Check username and password (`pscb-mail login relay`); your IT department may have to allow SMTP AUTH.",
    ),
    Meaning.BARRED: ("has barred this mailbox from sending", "Ask your administrator to free it."),
    Meaning.QUOTA: ("says that this mailbox has sent as much as it may", "Go on tomorrow."),
    Meaning.BACK_OFF: ("asks to come later", "Run it again in a while."),
}
_OTHERWISE = ("does not take our mail", "Check from, host, port and auth with whoever runs the relay.")
