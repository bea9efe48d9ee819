"""The whole examination: every subject at once, each with a deadline, the checks always in the same order.

Promises: it ends within `SECONDS` whatever the network does; a subject that is not done by then is an error that says
so; nothing is changed, sent or filed. Where the settings cannot be used nothing else is looked at.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pscb_mail import signin
from pscb_mail.desk.doctor.check import Check, Result, error, not_checked, ok
from pscb_mail.desk.doctor.database import check_database, latest
from pscb_mail.desk.doctor.dns import check_dns
from pscb_mail.desk.doctor.folder import check_folder
from pscb_mail.desk.doctor.footer import check_footer
from pscb_mail.desk.doctor.mailbox import check_mailbox
from pscb_mail.desk.doctor.names import Names
from pscb_mail.desk.doctor.pace import check_clock, check_pace, check_token
from pscb_mail.desk.doctor.relay import check_relay
from pscb_mail.errors import SettingsError
from pscb_mail.settings import FILE_NAME, Auth, Relay
from pscb_mail.signin import Access, Door, Outside
from pscb_mail.workspace import Workspace

SECONDS = 18.0


class Subject(NamedTuple):
    """What is examined by itself: its name, and what examines it."""

    name: str
    examine: Callable[[], list[Check]]


@dataclass(frozen=True)
class Examination:
    """What an examination needs: the workspace, the DNS, the clock, and where secrets come from.

    `listen` is told what was said to each relay, by its label, and what it answered; no secret is in it.
    """

    workspace: Workspace
    names: Names
    now: Callable[[], datetime]
    outside: Outside | None = None
    listen: Callable[[str, Sequence[str]], None] = lambda _label, _talk: None

    def subjects(self) -> list[Subject]:
        """Return what there is to examine, in the order in which it is told."""
        settings = self.workspace.settings
        return [
            Subject("settings", self._settings),
            Subject("workspace", lambda: check_folder(self.workspace)),
            Subject("database", lambda: check_database(self.workspace.database_path, self.workspace.lost())),
            *(Subject(self._prefix(number), self._relay(number, relay)) for number, relay in enumerate(settings.relay)),
            Subject("mailbox", self._mailbox),
            Subject("DNS", lambda: check_dns(settings, self.names)),
            Subject("pace", lambda: [check_pace(settings)]),
        ]

    def _settings(self) -> list[Check]:
        settings = self.workspace.settings
        footer = check_footer(settings.newsletter)
        if not settings.relay:
            return [
                error("settings", "There is no relay to send through.", f"Add a [[relay]] to {FILE_NAME}."),
                *footer,
            ]
        relays = ", ".join(relay.label for relay in settings.relay)
        return [ok("settings", f"{settings.newsletter.from_}, through {relays}."), *footer]

    def _token(self, door: Door, auth: Auth, relay: Relay | None = None) -> list[Check]:
        """Return how long a sign-in lasts; passwords do not end."""
        if auth not in {"microsoft", "google"}:
            return []
        status = signin.status(door, self.workspace.settings, relay, outside=self.outside)
        return [check_token(status, self.now())]

    def _prefix(self, number: int) -> str:
        return "relay" if number == 0 else f"relay {number + 1}"

    def _relay(self, number: int, relay: Relay) -> Callable[[], list[Check]]:
        """Return what examines one relay; the first one's greeting is held against the clock."""
        settings = self.workspace.settings

        def opens(rejected: Access | None) -> Access | None:
            return signin.access("relay", settings, relay, rejected=rejected, outside=self.outside)

        def examine() -> list[Check]:
            now = self.now()
            heard = check_relay(relay, settings.newsletter.address, opens, self.names, now, self._prefix(number))
            self.listen(relay.label, heard.talk)
            if number:
                return heard.checks
            newest = latest(self.workspace.database_path)
            clock = check_clock(self.now(), newest, heard.server_time, relay.host)
            return [*heard.checks, *self._token("relay", relay.auth, relay), clock]

        return examine

    def _mailbox(self) -> list[Check]:
        settings = self.workspace.settings

        def opens(rejected: Access | None) -> Access | None:
            return signin.access("mailbox", settings, rejected=rejected, outside=self.outside)

        checks = check_mailbox(settings, self.workspace.folder, opens, self.names, self.now())
        return [*checks, *self._token("mailbox", settings.mailbox.auth)] if settings.mailbox.source else checks


def examine(examination: Examination, seconds: float = SECONDS) -> list[Check]:
    """Examine everything at once and return the checks, at the latest after so many seconds."""
    return together(examination.subjects(), seconds)


def unreadable_settings(problem: SettingsError) -> list[Check]:
    """Return the checks of a workspace whose settings cannot be used: one error, and what was not looked at."""
    names = ("workspace", "database", "relay", "mailbox", "DNS", "pace")
    rest = [not_checked(name, "The settings cannot be used.", "Mend them first.") for name in names]
    return [error("settings", problem.message, problem.hint), *rest]


def together(subjects: Sequence[Subject], seconds: float) -> list[Check]:
    """Examine subjects side by side; one that is not done in time is told, and left behind."""
    done: dict[str, list[Check]] = {}
    failed: list[BaseException] = []

    def work(subject: Subject) -> None:
        try:
            done[subject.name] = subject.examine()
        except Exception as problem:  # noqa: BLE001  # told by the caller's thread, not lost in this one
            failed.append(problem)

    # Daemons: a server that says nothing must not keep the program from ending.
    threads = [threading.Thread(target=work, args=(subject,), daemon=True) for subject in subjects]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if failed:
        raise failed[0]
    return [check for subject in subjects for check in done.get(subject.name) or [_late(subject.name, seconds)]]


def _late(name: str, seconds: float) -> Check:
    return error(name, f"It was not done within {seconds:.0f} seconds.", "A server is very slow: run it again later.")


def first_to_do(checks: Sequence[Check]) -> Check | None:
    """Return what is to be done first: the first error, else the first warning; None where all is well.

    The order of the checks is the order in which one stands on another.
    """
    for result in (Result.ERROR, Result.WARNING):
        for check in checks:
            if check.result is result:
                return check
    return None
