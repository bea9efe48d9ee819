"""One SMTP session, driven step by step.

Promises: every step has one deadline for the whole of it, however slowly bytes trickle in; a reply is bounded, parsed and
given its meaning in `sending.replies`; nothing secret crosses a connection that is not encrypted or this machine's own; no
certificate goes unchecked; what is left unread when TLS starts breaks the session (RFC 3207 section 6). `deliver` tells
apart what never left (`NotSent`), what was answered (`Answered`) and what may have arrived (`InDoubt`): RFC 1047 is why
the last cannot be avoided, only seen.

smtplib is not used: its `sendmail` raises the same exception before and after the body, and its timeout is for each read.
"""

import base64
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pscb_mail.errors import Exit, NotNowError, PscbMailError, SettingsError
from pscb_mail.sending.replies import Meaning, Reply, Stage, meaning, reply_of
from pscb_mail.settings import Relay

LINE_LIMIT = 4096  # RFC 5321 section 4.5.3.1.5 asks for 512; servers write longer ones
LINES_LIMIT = 200
CLOSING = 421  # "I am closing the channel", at any step (RFC 5321 section 3.8)

# Seconds for a whole step (RFC 5321 section 4.5.3.2); the reply to the last byte may take ten minutes.
CONNECT_SECONDS = 60.0
STEP_SECONDS = 300.0
DATA_SECONDS = 120.0
BODY_SECONDS = 600.0
QUIT_SECONDS = 5.0


class RelayAwayError(NotNowError):
    """The relay cannot be reached, hung up, or asked us to come later."""


class RelayRefusesError(PscbMailError):
    """The relay does not take our mail, for a reason that is about us and not about a recipient."""

    def __init__(self, message: str, hint: str, exit_code: Exit) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


@dataclass(frozen=True, repr=False)
class Credentials:
    """Who signs in. It has no representation, so that no traceback or log shows the password."""

    username: str
    password: str


@dataclass(frozen=True)
class Answered:
    """The relay answered at `stage`; with a positive reply at BODY it has taken the message."""

    stage: Stage
    reply: Reply


@dataclass(frozen=True)
class NotSent:
    """The connection broke before the last byte left: the message has not arrived."""

    reason: str


@dataclass(frozen=True)
class InDoubt:
    """The last byte left and no intelligible reply came: the message may have arrived."""

    reason: str


Outcome = Answered | NotSent | InDoubt


class Session:
    """A connection to one relay, greeted, encrypted and signed in; use as a context manager."""

    def __init__(
        self,
        relay: Relay,
        credentials: Credentials | None = None,
        *,
        step_seconds: float = STEP_SECONDS,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        """Open the session. Raises RelayAwayError, RelayRefusesError or SettingsError; nothing has been sent then."""
        self.relay = relay
        self.extensions: dict[str, str] = {}
        self.usable = True
        self._step_seconds = step_seconds
        self._body_seconds = body_seconds
        self._buffer = b""
        self._socket: socket.socket = _connect(relay)
        try:
            self._open(credentials)
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def deliver(self, sender: str, recipient: str, message: Sequence[bytes]) -> Outcome:
        """Hand over one message; its pieces have CRLF line ends and no line that begins with a dot (`stuffed`).

        Whether the session can take another message afterwards is told by `usable`.
        """
        if not recipient.isascii() and "SMTPUTF8" not in self.extensions:
            # RFC 6531 section 3.2; X.6.7 is registered for it.
            return Answered(Stage.RCPT, Reply(553, "5.6.7 this relay cannot take an address with letters beyond ASCII"))
        try:
            refused = self._envelope(sender, recipient, sum(map(len, message)))
            if refused:
                self._reset()
                return refused
            self._write(b"".join((*message, b".\r\n")))
        except (OSError, ValueError) as error:
            self.usable = False
            return NotSent(_reason(error))
        try:
            reply = self._reply(self._body_seconds)
        except (OSError, ValueError) as error:
            self.usable = False
            return InDoubt(_reason(error))
        self.usable = reply.code != CLOSING
        return Answered(Stage.BODY, reply)

    def close(self) -> None:
        """Say QUIT where the session still works, and close; what the relay answers to that changes nothing any more."""
        try:
            if self.usable:
                self._socket.settimeout(QUIT_SECONDS)
                self._socket.sendall(b"QUIT\r\n")
                self._socket.recv(LINE_LIMIT)
        except OSError:
            pass
        finally:
            self._socket.close()

    # -- opening ------------------------------------------------------------------------------------------------

    def _open(self, credentials: Credentials | None) -> None:
        try:
            if self.relay.security == "tls":
                self._encrypt()
            self._expect(Stage.GREETING, self._reply(self._step_seconds))
            self._greet()
            if self.relay.security == "starttls":
                self._start_tls()
            if credentials is not None:
                self._sign_in(credentials)
        except ssl.SSLCertVerificationError as error:
            raise SettingsError(
                f"The certificate of {self.relay.label} does not hold: {error.verify_message}. Nothing was sent.",
                "Check host under [[relay]]; for a private certificate authority set ca_file.",
            ) from error
        except (OSError, ValueError) as error:
            raise RelayAwayError(
                f"{self.relay.label} broke off: {_reason(error)}.", "Nothing was lost: run it again later."
            ) from error

    def _greet(self) -> None:
        reply = self._command(Stage.EHLO, f"EHLO {_own_name(self._socket)}")
        self._expect(Stage.EHLO, reply)

    def _start_tls(self) -> None:
        if "STARTTLS" not in self.extensions:
            raise SettingsError(
                f"{self.relay.label} does not offer encryption (STARTTLS). Nothing was sent.",
                'Use the port for security = "tls" (465), or ask who runs the relay. Off this machine only '
                'security = "none" with allow_plain_text = true would send it readable.',
            )
        self._expect(Stage.STARTTLS, self._command(Stage.STARTTLS, "STARTTLS"))
        if self._buffer:
            raise ValueError("it said more than it should before encryption began")
        self._encrypt()
        self._greet()

    def _encrypt(self) -> None:
        try:
            context = ssl.create_default_context(cafile=self.relay.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"ca_file {self.relay.ca_file} cannot be used: {error}", "It holds PEM certificates."
            ) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._socket = context.wrap_socket(self._socket, server_hostname=self.relay.host)

    def _sign_in(self, who: Credentials) -> None:
        """Authenticate by PLAIN, or LOGIN where that is all there is (RFC 4954)."""
        offered = self.extensions.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            token = base64.b64encode(f"\0{who.username}\0{who.password}".encode()).decode("ascii")
            reply = self._command(Stage.AUTH, f"AUTH PLAIN {token}")
        elif "LOGIN" in offered:
            reply = self._login(who)
        else:
            raise SettingsError(
                f"{self.relay.label} offers no way to sign in with a password (it offers: {' '.join(offered) or 'none'}).",
                'Check port and security under [[relay]], or set auth = "none".',
            )
        self._expect(Stage.AUTH, reply)

    def _login(self, who: Credentials) -> Reply:
        reply = self._command(Stage.AUTH, "AUTH LOGIN")
        for answer in (who.username, who.password):
            if reply.code != 334:
                break
            reply = self._command(Stage.AUTH, base64.b64encode(answer.encode()).decode("ascii"))
        return reply

    def _expect(self, stage: Stage, reply: Reply) -> None:
        """Raise what a reply to our own steps means when it is not a yes."""
        match meaning(stage, reply):
            case Meaning.ACCEPTED:
                return
            case Meaning.BACK_OFF:
                raise RelayAwayError(
                    f'{self.relay.label} asks to come later: "{reply.code} {reply.text}".', "Run it again in a while."
                )
            case other:
                raise refusal(self.relay, other, stage, reply)

    # -- one message --------------------------------------------------------------------------------------------

    def _envelope(self, sender: str, recipient: str, size: int) -> Answered | None:
        """Say MAIL, RCPT and DATA; return the answer that ends the try early, or None when the body may follow."""
        size_parameter = f" SIZE={size}" if "SIZE" in self.extensions else ""
        utf8_parameter = "" if recipient.isascii() else " SMTPUTF8"
        for stage, command in (
            (Stage.MAIL, f"MAIL FROM:<{sender}>{size_parameter}{utf8_parameter}"),
            (Stage.RCPT, f"RCPT TO:<{recipient}>"),
            (Stage.DATA, "DATA"),
        ):
            reply = self._command(stage, command)
            if meaning(stage, reply) is not Meaning.ACCEPTED:
                return Answered(stage, reply)
            if stage is Stage.DATA and reply.code != 354:
                raise ValueError(f"it answered DATA with {reply.code}")
        return None

    def _reset(self) -> None:
        """Leave the refused transaction; the refusal stands whatever becomes of the session."""
        try:
            self._write(b"RSET\r\n")
            self.usable = self._reply(self._step_seconds).code == 250
        except (OSError, ValueError):
            self.usable = False

    def _command(self, stage: Stage, command: str) -> Reply:
        self._write(_line(command))
        reply = self._reply(min(DATA_SECONDS, self._step_seconds) if stage is Stage.DATA else self._step_seconds)
        if stage is Stage.EHLO:
            self.extensions = _extensions(self._lines)
        return reply

    # -- bytes --------------------------------------------------------------------------------------------------

    def _write(self, data: bytes) -> None:
        self._socket.settimeout(self._step_seconds)
        self._socket.sendall(data)

    def _reply(self, seconds: float) -> Reply:
        """Read one whole reply within `seconds`. Raises OSError or ValueError when it does not come, or is none."""
        deadline = time.monotonic() + seconds
        lines: list[bytes] = []
        while not lines or lines[-1][3:4] == b"-":
            if len(lines) == LINES_LIMIT:
                raise ValueError("its reply has no end")
            lines.append(self._read_line(deadline))
        self._lines = lines
        return reply_of(lines)

    def _read_line(self, deadline: float) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LINE_LIMIT:
                raise ValueError("a line of its reply has no end")
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("it did not answer in time")
            self._socket.settimeout(remaining)
            data = self._socket.recv(LINE_LIMIT)
            if not data:
                raise ConnectionError("it hung up")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        if len(line) > LINE_LIMIT:
            raise ValueError("a line of its reply is too long")
        return line


def refusal(relay: Relay, why: Meaning, stage: Stage, reply: Reply) -> RelayRefusesError:
    """Return the error for a refusal that is about us: what happened, in the relay's words, and what to do."""
    sentence, hint, code = {
        Meaning.SIGN_IN: (
            "does not let us sign in",
            "Check username and password; your IT department may have to allow SMTP AUTH.",
            Exit.SETTINGS,
        ),
        Meaning.BARRED: (
            "has barred this mailbox from sending",
            "Ask your administrator to free it (outbound spam policy), then run it again.",
            Exit.NOT_NOW,
        ),
        Meaning.QUOTA: (
            "says that this mailbox has sent or holds as much as it may",
            "Go on tomorrow: the same command continues.",
            Exit.NOT_NOW,
        ),
        Meaning.TOO_LARGE: (
            "finds the message too large",
            "Every copy is. Take out pictures or attachments and link to them instead.",
            Exit.NOT_NOW,
        ),
    }.get(
        why,
        (
            "does not take our mail",
            "Check from, host, port and auth in the settings with who runs the relay.",
            Exit.SETTINGS,
        ),
    )
    return RelayRefusesError(f'{relay.label} {sentence} ({stage.value}): "{reply.code} {reply.text}".', hint, code)


def stuffed(message: bytes) -> bytes:
    """Return a whole message as `deliver` wants it: CRLF line ends, dots doubled (RFC 5321 section 4.5.2).

    Bare CR and bare LF become line ends: a server that reads them differently from us would see other commands.
    """
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)


def _connect(relay: Relay) -> socket.socket:
    if relay.ca_file and not Path(relay.ca_file).is_file():
        raise SettingsError(f"ca_file {relay.ca_file} does not exist.", "Check ca_file under [[relay]].")
    try:
        return socket.create_connection((relay.host, relay.port), timeout=CONNECT_SECONDS)
    except OSError as error:
        raise RelayAwayError(
            f"The relay {relay.label} cannot be reached: {_reason(error)}.",
            "Check host and port under [[relay]] and your connection, then run it again.",
        ) from error


def _line(command: str) -> bytes:
    """Return a command as its line. Raises ValueError where it would become two."""
    if "\r" in command or "\n" in command or "\0" in command:
        raise ValueError("a command with a line break in it")
    return command.encode() + b"\r\n"


def _extensions(lines: list[bytes]) -> dict[str, str]:
    """Return the keywords and parameters of an EHLO reply (RFC 5321 section 4.1.1.1)."""
    words = [line[4:].decode("ascii", "replace").strip().replace("=", " ", 1).split(" ", 1) for line in lines[1:]]
    return {word[0].upper(): word[1] if len(word) > 1 else "" for word in words}


def _own_name(connection: socket.socket) -> str:
    """Return the address literal of our end: laptops have no name that a relay could look up (RFC 5321 section 4.1.3)."""
    host = connection.getsockname()[0]
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
