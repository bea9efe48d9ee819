"""How a session begins: the greeting, EHLO, STARTTLS and AUTH, one step after the other, without a socket.

Pure. `dialogue` asks what an answer leads to and takes the `Step`: ask something, start encryption, begin with copies,
or end. Nothing of ours leaves in clear but where the settings say so, and no secret comes back out in an error.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from pscb_mail.errors import PscbMailError, SettingsError
from pscb_mail.sending.envelope import extensions
from pscb_mail.sending.replies import Meaning, Reply, Stage, meaning
from pscb_mail.sending.troubles import LATER, RelayAwayError, refusal, sign_in_refused
from pscb_mail.settings import Relay
from pscb_mail.signin import sasl


@dataclass(frozen=True, repr=False)
class Credentials:
    """Who signs in. It has no representation, so that no traceback or log shows the secret."""

    username: str
    secret: str
    is_token: bool = False  # for XOAUTH2, instead of a password


@dataclass(frozen=True, repr=False)
class Ask:
    """Send a command, without its line end. It may hold a secret, and has no representation either."""

    stage: Stage
    command: str


@dataclass(frozen=True)
class Encrypt:
    """The transport must start TLS now."""


@dataclass(frozen=True)
class Begin:
    """The session is open: copies may follow."""


@dataclass(frozen=True)
class Fail:
    """The session is over: what to tell the user, and the reason in a few words."""

    problem: PscbMailError
    reason: str


Step = Ask | Encrypt | Begin | Fail


class Opening:
    """The opening of one session with `relay`. `extensions` is what the last EHLO offered."""

    def __init__(self, relay: Relay, credentials: Credentials | None) -> None:
        self.extensions: dict[str, str] = {}
        self._label = relay.label
        self._credentials = credentials
        self._must_encrypt = relay.security == "starttls"
        self._own_name = ""
        self._challenges: list[str] = []
        self._challenged = ""

    @property
    def has_token(self) -> bool:
        """Whether a token signs in, which lasts an hour, and not a password."""
        return self._credentials is not None and self._credentials.is_token

    def connected(self, own_name: str) -> None:
        """Note what EHLO says of us; the relay speaks first."""
        self._own_name = own_name

    def encrypted(self) -> Step:
        """Return the step after STARTTLS: what was said before counts for nothing (RFC 3207 section 4.2)."""
        self._must_encrypt = False
        self.extensions = {}
        return self._ehlo()

    def answered(self, stage: Stage, reply: Reply, lines: Sequence[bytes]) -> Step:
        """Return what the answer to a step of the opening leads to."""
        if stage is Stage.AUTH and reply.code == 334 and self._challenges:
            self._challenged = reply.text
            return Ask(Stage.AUTH, self._challenges.pop(0))
        if (what := meaning(stage, reply)) is not Meaning.ACCEPTED:
            return self._refused(what, stage, reply)
        match stage:
            case Stage.GREETING:
                return self._ehlo()
            case Stage.EHLO:
                self.extensions = extensions(lines)
                return self._starttls() if self._must_encrypt else self._sign_in()
            case Stage.STARTTLS:
                return Encrypt()
            case _:
                return Begin()

    def _ehlo(self) -> Step:
        return Ask(Stage.EHLO, f"EHLO {self._own_name}")

    def _starttls(self) -> Step:
        if "STARTTLS" in self.extensions:
            return Ask(Stage.STARTTLS, "STARTTLS")
        return _fail(
            SettingsError(
                f"{self._label} does not offer encryption (STARTTLS). Nothing was sent.",
                'Use the port for security = "tls" (465), or ask who runs the relay. Off this machine only '
                'security = "none" with allow_plain_text = true would send it readable.',
            )
        )

    def _sign_in(self) -> Step:
        """Authenticate: XOAUTH2 with a token; else PLAIN, or LOGIN where that is all there is (RFC 4954 section 4)."""
        who = self._credentials
        offered = self.extensions.get("AUTH", "").upper().split()
        if who is None:
            return Begin()
        if who.is_token and "XOAUTH2" in offered:
            self._challenges = [""]  # a refused token is explained in a challenge: an empty answer gets the refusal
            return Ask(Stage.AUTH, f"AUTH XOAUTH2 {_base64(sasl.xoauth2(who.username, who.secret))}")
        if "PLAIN" in offered and not who.is_token:
            return Ask(Stage.AUTH, "AUTH PLAIN " + _base64(f"\0{who.username}\0{who.secret}".encode()))
        if "LOGIN" in offered and not who.is_token:
            self._challenges = [_base64(who.username.encode()), _base64(who.secret.encode())]
            return Ask(Stage.AUTH, "AUTH LOGIN")
        return _fail(_no_way_in(self._label, "a token" if who.is_token else "a password", offered))

    def _refused(self, what: Meaning, stage: Stage, reply: Reply) -> Step:
        if stage is Stage.AUTH and self._credentials is not None:
            said_back = sasl.masked(reply.text, self._credentials.username, self._credentials.secret)
            reply = Reply(reply.code, said_back)
        if what is Meaning.BACK_OFF:
            return asks_to_come_later(self._label, reply)
        if what is Meaning.SIGN_IN and self.has_token:
            return _fail(sign_in_refused(self._label, stage, reply, "xoauth2", self._challenged))
        return _fail(refusal(self._label, what, stage, reply))


def asks_to_come_later(label: str, reply: Reply) -> Fail:
    """Return the end of a session with a relay that is there and does not want us now."""
    said = f'"{reply.code} {reply.text}"'
    return Fail(RelayAwayError(f"{label} asks to come later: {said}.", LATER), f"it said {said}")


def _fail(problem: PscbMailError) -> Fail:
    return Fail(problem, problem.message)


def _no_way_in(label: str, means: str, offered: list[str]) -> SettingsError:
    return SettingsError(
        f"{label} offers no way to sign in with {means} (it offers: {' '.join(offered) or 'none'}).",
        'Check port and security under [[relay]], or set auth = "none".',
    )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
