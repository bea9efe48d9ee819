"""A workspace of one small issue and some readers, whose relay is a server of this machine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from pscb_mail.desk import dispatch, planning
from pscb_mail.desk.dispatch import Order
from pscb_mail.desk.founding import Answers, make_workspace
from pscb_mail.people import roster
from pscb_mail.people.address import parse_person
from pscb_mail.people.changes import Origin
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.running import Ended, Means
from pscb_mail.settings_file import read_settings
from pscb_mail.workspace import Workspace

START = datetime(2026, 1, 5, 9, tzinfo=UTC)  # past: real servers date what arrives with their own clock
ISSUE = """---
number: 7
date: 2026-01-05
title: "Newsletter 7"
preheader: "All that is new this month, and what to do about it"
---
## News

Dear {{ first_name | default("colleague") }}, here is the news.
"""


@dataclass
class Office:
    """Use `send` and friends as the commands do; the clock moves by a second with each look."""

    workspace: Workspace
    db: Database
    at: datetime = START
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def wait(self, seconds: float) -> bool:
        self.waits += [seconds] if seconds else []
        return False

    @property
    def means(self) -> Means:
        return dispatch.means_of(self.workspace, self.now, self.wait)

    def add(self, *people: str, groups: Sequence[str] = ()) -> None:
        origin = Origin(self.now(), "tester", "add")
        roster.add(self.db, [parse_person(text) for text in people], origin, groups=tuple(groups))

    def write(self, text: str, slug: str = "issue-7") -> None:
        (self.workspace.issues / f"{slug}.md").write_text(text, encoding="utf-8")

    def send(
        self, issue: str = "7", *, to: Sequence[str] = (), limit: int | None = None, joined: bool = False
    ) -> Ended:
        plan = planning.send_plan(self.db, self.workspace, issue, Audience(tuple(to)), joined=joined)
        return dispatch.dispatch(self.db, self.workspace, plan, Order(limit), self.means, "tester")


def office(folder: Path, port: int, *people: str, more: str = "") -> Office:
    """Return a workspace with issue 7 and these people; `more` is added to its settings."""
    workspace = make_workspace(folder / "office", Answers("News", "News <news@pscb.test>", port=port))
    if more:
        path = workspace.folder / "pscb-mail.toml"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
        workspace = Workspace(workspace.folder, read_settings(path))
    made = Office(workspace, workspace.open_database())
    made.write(ISSUE)
    made.add(*people)
    return made
