"""What the tests of signing in stand on: settings, a clock that can be set, an outside of their own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from authority import APPLICATION, TENANT, Authority, User
from keyring_file import FileKeyring

from pscb_mail.settings import Settings
from pscb_mail.signin.outside import Keyring, Outside

ADDRESS = "newsletter@pscb.test"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 25, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def settings_for(auth: str, *, mailbox: bool = True, **relay: object) -> Settings:
    """Return settings of a newsletter that sends and reads with one means."""
    return Settings(
        newsletter={"name": "News", "from": f"News <{ADDRESS}>"},
        relay=[{"host": "127.0.0.1", "port": 2525, "security": "none", "auth": auth, **relay}],
        mailbox={"source": "imap://newsletter%40pscb.test@127.0.0.1:1143/INBOX", "auth": auth} if mailbox else {},
        signin={"tenant": TENANT, "application": APPLICATION},
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authority(tmp_path: Path, clock: Clock) -> Iterator[Authority]:
    with Authority(tmp_path, now=clock) as server:
        yield server


@pytest.fixture
def outside(tmp_path: Path, clock: Clock, authority: Authority) -> Outside:
    return Outside(
        now=clock,
        environment={},
        folder=tmp_path / "own",
        keyring=Keyring(FileKeyring(tmp_path / "keyring.json")),
        protection=None,
        authorities=authority.authorities,
    )


@pytest.fixture
def user(authority: Authority, clock: Clock) -> User:
    return User(authority.ca_file, passes=clock.pass_by)


@pytest.fixture
def settings() -> Callable[..., Settings]:
    return settings_for
