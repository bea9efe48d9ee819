"""Signing in to the relay and the mailbox: passwords, and OAuth2 at Microsoft and Google.

Promises: no secret is in the settings, in an error, in a representation or in a process list. `access` is asked each
time a session is opened, and renews a token before it expires, one process at a time. Raises SettingsError (78) where
somebody must sign in or change something, NotNowError (75) where the sign-in server cannot be reached. Leaves to
others: speaking XOAUTH2 on the wire (`sending`, `imap`), and what a server answers to it (`sasl` says what it means).
"""

from pscb_mail.signin.access import Access, Opens, Status, access, status
from pscb_mail.signin.entrances import Door
from pscb_mail.signin.outside import Outside

__all__ = ["Access", "Door", "Opens", "Outside", "Status", "access", "status"]
