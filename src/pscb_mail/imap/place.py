"""Folders on IMAP servers, as settings and command line name them: read from a URL, and safe on the wire. Pure.

Promises: no password stands in an address, plain text stays on this computer, a folder's name has no control character
in it. Raises UsageError.
"""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pscb_mail.errors import UsageError
from pscb_mail.foreign import has_unsafe, one_line
from pscb_mail.network import is_this_computer


@dataclass(frozen=True)
class Place:
    """A folder on a server: what an `imap://` or `imaps://` URL names. `username` is empty where the URL has none."""

    host: str
    port: int
    username: str
    folder: str
    tls: bool

    @property
    def label(self) -> str:
        """How the folder is called on screen, in errors, and in the table of readings."""
        return f"{'imaps' if self.tls else 'imap'}://{self.username}@{self.host}:{self.port}/{self.folder}"


def parse_place(url: str) -> Place:
    """Return the folder that a URL names (RFC 5092, as far as it is needed). Raises UsageError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f'"{one_line(url, 200)}" is not an IMAP address: {error}.', _FORM) from error
    if parts.password is not None:
        raise UsageError(
            "A password must not stand in the mailbox's address.",
            "Set PSCB_MAIL_MAILBOX_PASSWORD, or password_command under [mailbox], or use the keyring.",
        )
    username, folder = unquote(parts.username or ""), unquote(parts.path.removeprefix("/")) or "INBOX"
    if not host or has_unsafe(username):
        raise UsageError(f'"{one_line(url, 200)}" is not an IMAP address.', _FORM)
    tls = parts.scheme.lower() == "imaps"
    if not tls and not is_this_computer(host):
        raise UsageError(
            f"{host} would be read in plain text: everybody on the way could read the password and the mail.",
            "Write imaps:// instead; imap:// is for a server on this computer.",
        )
    return Place(host, port or (993 if tls else 143), username, checked_folder(folder), tls)


_FORM = "Write imaps://USER@HOST/FOLDER, with %40 for the @ in USER."


def checked_folder(name: str) -> str:
    """Return a folder's name as it may go on the wire. Raises UsageError for control characters (CVE-2025-15366)."""
    if not name or has_unsafe(name):
        raise UsageError(
            f'"{one_line(name, 100)}" cannot be a folder: it has a control character in it.',
            "Correct the folder's name in pscb-mail.toml, or on the command line.",
        )
    return name
