"""Mailboxes on IMAP servers: which folder is meant (`place`), and the connection to it."""

from pscb_mail.imap.connection import (
    KEYWORD,
    Fetched,
    Imap,
    MailboxAwayError,
    MailboxRefusesError,
    SignInRefusedError,
)
from pscb_mail.imap.place import Place, checked_folder, parse_place

__all__ = [
    "KEYWORD",
    "Fetched",
    "Imap",
    "MailboxAwayError",
    "MailboxRefusesError",
    "Place",
    "SignInRefusedError",
    "checked_folder",
    "parse_place",
]
