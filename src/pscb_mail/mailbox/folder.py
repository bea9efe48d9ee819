"""A folder on an IMAP server as a source: read in batches from where the last reading ended, started again once.

Promises: UIDs are resumed only while UIDVALIDITY stays the same; a line that breaks is taken up again once at the same
message, and a message is filed only while its UID still means what it meant. Raises what `imap` raises.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import TypeVar

from pscb_mail.errors import SettingsError
from pscb_mail.imap import Fetched, Imap, MailboxAwayError, Place, SignInRefusedError, checked_folder
from pscb_mail.mailbox.messages import CAP, Arrived, Bookmark, Source
from pscb_mail.settings import Settings
from pscb_mail.signin import Access, Opens, Outside, access

BATCH = 10

T = TypeVar("T")


class ImapFolder(Source):
    """The source. Whoever reads it may file messages while it yields others."""

    def __init__(self, place: Place, settings: Settings, *, read_only: bool, outside: Outside | None = None) -> None:
        self.name = place.label
        self._place = place
        self._filed = checked_folder(settings.mailbox.filed)
        self._settings = settings
        self._read_only = read_only
        self._last_uid = 0
        self._day: date | None = None
        self._outside = outside or Outside()
        self._imap = connected(place, settings, self._outside)
        try:
            self._uidvalidity = self._imap.select(read_only=read_only)
        except BaseException:
            self._imap.close()
            raise

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield what arrived since a moment, from after the bookmark on where it still holds."""
        held = bookmark is not None and bookmark.uidvalidity == self._uidvalidity
        after = bookmark.last_uid if bookmark is not None and held else 0
        self._last_uid = after
        # SEARCH SINCE compares days without their zone (RFC 3501 section 6.4.4): ask for a day more, compare here.
        self._day = day = (since - timedelta(days=1)).date() if since else None
        uids = self._again(lambda: self._imap.uids(after, day))
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            for fetched in self._fetched(batch):
                if since is None or fetched.arrived is None or fetched.arrived >= since:
                    yield Arrived(str(fetched.uid), fetched.raw)
            self._last_uid = batch[-1]

    def _fetched(self, batch: list[int]) -> list[Fetched]:
        found = self._again(lambda: list(self._imap.fetch(batch, CAP)))
        if len(found) < len(batch):
            # Somebody deleted them; or the folder, and then a UID may mean another message by now.
            self._again(self._look_again)
        return found

    def _look_again(self) -> None:
        """Open the folder once more, and hold it against the one that is being read."""
        if self._imap.select(read_only=self._read_only) != self._uidvalidity:
            raise self._made_anew()

    def _made_anew(self) -> MailboxAwayError:
        return MailboxAwayError(f"The folder {self._place.folder} was made anew while it was read.", "Run it again.")

    def file(self, arrived: Arrived) -> None:
        """Move a message into the folder for handled mail."""
        self._again(lambda: self._imap.file(int(arrived.source), self._filed))

    def bookmark(self) -> Bookmark | None:
        """Return the last UID that was read to its end."""
        return Bookmark(self._uidvalidity, self._last_uid)

    def wait(self, seconds: float, stop: Callable[[], bool] = lambda: False) -> bool | None:
        """Wait until the server announces something; None where it cannot. What came since the reading counts."""
        if self._again(lambda: self._imap.uids(self._last_uid, self._day)):
            return True
        if not self._again(lambda: self._imap.offers("IDLE")):
            return None
        return self._again(lambda: self._imap.idle(seconds, stop))

    def close(self) -> None:
        """Sign out."""
        self._imap.close()

    def _again(self, act: Callable[[], T]) -> T:
        """Do something, and once more on a new line where the line breaks: each of them may be done twice."""
        try:
            return act()
        except MailboxAwayError:
            self._imap.close()
            self._imap = connected(self._place, self._settings, self._outside)
            if self._imap.select(read_only=self._read_only) != self._uidvalidity:
                raise self._made_anew() from None
            return act()


def connected(place: Place, settings: Settings, outside: Outside) -> Imap:
    """Sign in as the settings say."""
    if not place.username and settings.mailbox.auth != "none":
        raise SettingsError(f"The mailbox's address {place.label} names no user.", "Write imaps://USER@HOST/FOLDER.")

    def opens(rejected: Access | None) -> Access | None:
        return access("mailbox", settings, username=place.username, rejected=rejected, outside=outside)

    return signed_in(place, settings.mailbox.ca_file, opens)


def signed_in(place: Place, ca_file: str, opens: Opens) -> Imap:
    """Sign in; a token that the server has just turned down is renewed once, whatever its clock says."""
    given = opens(None)
    try:
        return _opened(place, ca_file, given)
    except SignInRefusedError:
        if given is None or given.mechanism != "xoauth2":
            raise
        return _opened(place, ca_file, opens(given))


def _opened(place: Place, ca_file: str, given: Access | None) -> Imap:
    secret, token = (given.secret, given.mechanism == "xoauth2") if given else (None, False)
    return Imap(place, secret, ca_file, token=token)
