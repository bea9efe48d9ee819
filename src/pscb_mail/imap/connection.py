"""An IMAP connection: opened safely, a folder selected, its messages listed, fetched, filed; every fault in our words.

Promises: the certificate is checked (`ssl.create_default_context`), plain text stays on this computer, reading marks
nothing as read (BODY.PEEK), nothing is ever deleted, no folder is named that `place` has not checked.
Raises `MailboxRefusesError` (78) where the settings or the rights are wrong, `MailboxAwayError` (75) where the server
is away or the line breaks. Leaves to others: which messages matter, and starting again after a broken line.
Sources: RFC 3501 (IMAP4rev1), 6851 (MOVE), 2177 (IDLE), 5530 (response codes), 2342 (NAMESPACE).
"""

import base64
import contextlib
import re
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError, ProtocolError
from imapclient.imapclient import SENT

from pscb_mail.errors import NotNowError, SettingsError
from pscb_mail.foreign import one_line
from pscb_mail.imap.place import Place, checked_folder
from pscb_mail.network import tls_context
from pscb_mail.signin import sasl

TIMEOUT_SECONDS = 60.0
_STOPS_WITHIN = 0.5  # how often a wait asks whether to stop, in seconds
# Where MOVE is not offered the message stays as well, marked with this keyword for whoever looks at it.
KEYWORD = b"PscbMailFiled"
# Response codes of a login that fails for now and not for good (RFC 5530 section 3).
_FOR_NOW = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)


class MailboxAwayError(NotNowError):
    """The mailbox cannot be reached now, or the line broke; nothing was lost."""


class MailboxRefusesError(SettingsError):
    """The mailbox refuses the sign-in, the folder or the certificate: somebody must change something."""


class MailboxReadOnlyError(MailboxRefusesError):
    """The folder can only be read (RFC 3501 section 6.3.1: a SELECT is answered with [READ-ONLY])."""


class SignInRefusedError(MailboxRefusesError):
    """The mailbox does not take the password, or the token."""


@dataclass(frozen=True)
class Fetched:
    """One message as the server gives it: at most so many bytes of it as were asked for."""

    uid: int
    arrived: datetime | None
    raw: bytes


class Imap:
    """A connection that is signed in; use `select` first, then the others."""

    def __init__(self, place: Place, secret: str | None, ca_file: str = "", *, token: bool = False) -> None:
        """Connect and sign in with a password, or an OAuth2 token; None: the server lets us in without (PREAUTH)."""
        self.place = place
        self._targets = dict[str, str]()
        with self._faults("reached"):
            self._client = IMAPClient(
                place.host,
                place.port,
                ssl=place.tls,
                ssl_context=_context(ca_file) if place.tls else None,
                timeout=TIMEOUT_SECONDS,
            )
        try:
            self._client.normalise_times = False
            if secret is not None:
                self._sign_in(secret, token=token)
        except BaseException:
            self.close()
            raise

    def _sign_in(self, secret: str, *, token: bool) -> None:
        """PLAIN where it is offered: it takes any character (RFC 4616); LOGIN's quoted strings do not."""
        challenges: list[bytes] = []

        def bearer(challenge: bytes) -> bytes:
            challenges.append(challenge)
            # The second challenge says why the token was refused; an empty answer brings the refusal itself.
            return sasl.xoauth2(self.place.username, secret) if len(challenges) == 1 else b""

        try:
            with self._faults("signed in to"):
                if token:
                    self._client.sasl_login("XOAUTH2", bearer)
                elif self._client.has_capability("AUTH=PLAIN"):
                    self._client.plain_login(self.place.username, secret)
                else:
                    self._client.login(self.place.username, secret)
        except MailboxRefusesError as error:
            said = sasl.masked(error.message, self.place.username, secret)
            if _FOR_NOW.search(said):
                raise MailboxAwayError(said, "Run it again later.") from None
            why = f" ({sasl.challenge(base64.b64encode(challenges[1]).decode())})" if len(challenges) > 1 else ""
            raise SignInRefusedError(
                f"{self.place.host} does not let {self.place.username} in: {said}{why}",
                sasl.hint("imap", said, "xoauth2" if token else "password"),
            ) from None

    def select(self, *, read_only: bool) -> int:
        """Open the folder and return its UIDVALIDITY. Raises MailboxRefusesError where it is missing or read-only."""
        try:
            with self._faults("opened"):
                answer = self._client.select_folder(self.place.folder, readonly=read_only)
        except MailboxReadOnlyError:
            raise
        except MailboxRefusesError as error:
            raise MailboxRefusesError(
                f"{self.place.host} does not open the folder {self.place.folder}: {error.message}",
                "Check the folder's name at the end of the mailbox's address; it may have been renamed or deleted.",
            ) from error
        return int(answer.get(b"UIDVALIDITY", 0))

    def uids(self, after: int, since: date | None) -> list[int]:
        """Return the UIDs above `after` of what arrived on or after a day, ascending, without the deleted and filed."""
        criteria: list[Any] = ["UNDELETED", "UNKEYWORD", KEYWORD, "UID", f"{after + 1}:*"]
        if since is not None:
            criteria += ["SINCE", since]
        with self._faults("searched"):
            # A session finds what came since only once the server has told of it (RFC 3501 section 5.2).
            self._client.noop()
            found = self._client.search(criteria)
        # `n:*` always names the last message, even where its UID is below n (RFC 3501 section 9, seq-range).
        return sorted(uid for uid in map(int, found) if uid > after)

    def fetch(self, uids: Sequence[int], cap: int) -> Iterator[Fetched]:
        """Yield the messages that are still there, at most `cap` bytes of each, unread as they were."""
        with self._faults("read"):
            answers = self._client.fetch(list(uids), ["INTERNALDATE", f"BODY.PEEK[]<0.{cap}>"])
        for uid in uids:
            parts = answers.get(uid, {})
            raw = next((value for name, value in parts.items() if name.startswith(b"BODY[]")), None)
            if raw is not None:
                yield Fetched(uid, _aware(parts.get(b"INTERNALDATE")), raw)

    def headers(self, uids: Sequence[int], fields: Sequence[str]) -> Iterator[bytes]:
        """Yield these header fields of each message that is still there."""
        with self._faults("read"):
            answers = self._client.fetch(list(uids), [f"BODY.PEEK[HEADER.FIELDS ({' '.join(fields)})]"])
        for parts in answers.values():
            yield from (value for name, value in parts.items() if name.startswith(b"BODY[") and value)

    def sent_folder(self) -> str | None:
        """Return the folder that the server announces as Sent (RFC 6154), or one of the usual names."""
        with self._faults("asked for its folders"):
            found = self._client.find_special_folder(SENT)
        return None if found is None else str(found)

    def file(self, uid: int, folder: str) -> None:
        """Move a message into a folder, made where it is not there; one that is gone already is no fault."""
        known = checked_folder(folder) in self._targets
        try:
            moved = self._move(uid, folder)
        except MailboxRefusesError:
            if not known:
                raise
            # Somebody may have deleted or renamed it since it was looked for.
            del self._targets[folder]
            moved = self._move(uid, folder)
        if not moved:
            with self._faults("filed in"):
                self._client.add_flags([uid], [KEYWORD], silent=True)

    def _move(self, uid: int, folder: str) -> bool:
        """Move a message into a folder that is looked for once; False where it could only be copied."""
        if folder not in self._targets:
            self._targets[folder] = self._made(folder)
        moves = self.offers("MOVE")
        with self._faults("filed in"):
            (self._client.move if moves else self._client.copy)([uid], self._targets[folder])
        return moves

    def existing(self, folder: str) -> str | None:
        """Return a folder as this server spells it, None where there is none."""
        with self._faults("asked for its folders"):
            prefix, separator = self._spelling()
            name = prefix + folder.removeprefix(prefix).replace("/", separator)
            return name if self._client.folder_exists(name) else None

    def _made(self, folder: str) -> str:
        """Return the folder as this server spells it, with its separator and its prefix for own folders."""
        with self._faults("asked for its folders"):
            prefix, separator = self._spelling()
            parts = folder.removeprefix(prefix).split("/")
            for depth in range(1, len(parts) + 1):
                name = prefix + separator.join(parts[:depth])
                if not self._client.folder_exists(name):
                    self._client.create_folder(name)
                    self._client.subscribe_folder(name)
        return name

    def _spelling(self) -> tuple[str, str]:
        if self._client.has_capability("NAMESPACE") and (personal := self._client.namespace().personal):
            return str(personal[0][0]), str(personal[0][1] or "/")
        [(_, separator, _), *_] = self._client.list_folders("", "") or [((), b"/", "")]
        return "", separator.decode() if separator else "/"

    def idle(self, seconds: float, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait for new mail for so long, or until `stop`; returns whether the server said that there is some."""
        deadline = time.monotonic() + seconds
        heard: list[Any] = []
        with self._faults("watched"):
            self._client.idle()
            while (left := deadline - time.monotonic()) > 0 and not _announces(heard) and not stop():
                heard += self._client.idle_check(timeout=min(left, _STOPS_WITHIN))
            # What came in one packet with the server's go-ahead is buffered already: polling the socket misses it.
            heard += self._client.idle_done()[1]
        return _announces(heard)

    def offers(self, capability: str) -> bool:
        """Whether the server can do something, such as IDLE (RFC 2177) or MOVE (RFC 6851)."""
        with self._faults("asked"):
            return bool(self._client.has_capability(capability))

    @property
    def socket(self) -> object:
        """The socket below: an `ssl.SSLSocket` where the line is encrypted."""
        return self._client.socket()

    def close(self) -> None:
        """Sign out; a line that is broken already is no fault."""
        try:
            self._client.logout()
        except (IMAPClientError, OSError):
            with contextlib.suppress(IMAPClientError, OSError):
                self._client.shutdown()

    @contextlib.contextmanager
    def _faults(self, verb: str) -> Iterator[None]:
        """Turn what imapclient raises into our errors."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise MailboxRefusesError(
                f"The certificate of {self.place.host}:{self.place.port} cannot be trusted: {error.verify_message}.",
                "Nothing was sent to it. Check the host's name; for a private server, set ca_file under [mailbox].",
            ) from error
        except IMAPClientReadOnlyError as error:
            raise MailboxReadOnlyError(
                f"The folder {self.place.folder} on {self.place.host} can only be read, so nothing can be filed.",
                "Ask for the right to move mail in it. `--dry-run` reads it as it is.",
            ) from error
        except (OSError, IMAPClientAbortError, ProtocolError, EOFError) as error:
            raise MailboxAwayError(
                f"{self.place.host}:{self.place.port} cannot be {verb}: {one_line(str(error), 300) or 'no answer'}.",
                "Nothing was lost: run it again.",
            ) from error
        except IMAPClientError as error:
            raise MailboxRefusesError(_said(error), "Ask whoever runs the mail server.") from error


def _context(ca_file: str) -> ssl.SSLContext:
    try:
        return tls_context(ca_file)
    except OSError as error:
        raise MailboxRefusesError(
            f"ca_file {ca_file} cannot be used: {error}.", "It holds PEM certificates."
        ) from error


def _announces(heard: list[Any]) -> bool:
    return any(len(line) > 1 and line[1] == b"EXISTS" for line in heard if isinstance(line, tuple))


def _said(error: IMAPClientError) -> str:
    """Return the server's own words: imapclient wraps them as `select failed: …` or as a bytes literal."""
    text = one_line(str(error), 300)
    return text[2:-1] if re.fullmatch(r"b(['\"]).*\1", text) else text


def _aware(arrived: object) -> datetime | None:
    if not isinstance(arrived, datetime):
        return None
    return arrived if arrived.tzinfo else arrived.replace(tzinfo=UTC)
