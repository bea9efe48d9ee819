"""What a sign-in touches outside this program: the clock, the environment, the keyring, the user's own folder, the web.

Everything is an argument with the real thing for a default, so that a test brings its own clock, keyring, folder and
authorisation server. Raises NotNowError where the keyring is locked.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pscb_mail.errors import NotNowError

T = TypeVar("T")


class Backend(Protocol):
    """What of keyring's plug-in interface is used (`keyring.backend.KeyringBackend`)."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """Return a secret, None where there is none."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Store a secret."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Take a secret out."""


class Protection(Protocol):
    """Windows' own encryption for one user account (DPAPI), as msal-extensions offers it."""

    def protect(self, message: str, /) -> bytes:
        """Return the text encrypted."""

    def unprotect(self, cipher: bytes, /) -> str:
        """Return the text."""


@dataclass(frozen=True)
class Keyring:
    """The system's keyring, or `backend`. Where there is none, nothing is found in it."""

    backend: Backend | None = None

    @property
    def name(self) -> str:
        """What it calls itself, for the screen."""
        return str(getattr(self._backend(), "name", type(self._backend()).__name__))

    def read(self, service: str, username: str) -> str | None:
        """Return a secret, None where there is none or no keyring."""
        return self._try(lambda backend: backend.get_password(service, username), None)

    def write(self, service: str, username: str, secret: str) -> bool:
        """Store a secret; returns False where there is no keyring."""

        def store(backend: Backend) -> bool:
            backend.set_password(service, username, secret)
            return True

        return self._try(store, otherwise=False)

    def delete(self, service: str, username: str) -> bool:
        """Take a secret out; returns whether there was one."""

        def take_out(backend: Backend) -> bool:
            if backend.get_password(service, username) is None:
                return False
            backend.delete_password(service, username)
            return True

        return self._try(take_out, otherwise=False)

    def _try(self, act: Callable[[Backend], T], otherwise: T) -> T:
        from keyring.errors import InitError, KeyringError, NoKeyringError  # noqa: PLC0415

        try:
            return act(self._backend())
        except (NoKeyringError, InitError):
            return otherwise
        except KeyringError as error:
            # Its text may name what was to be stored; its kind says enough.
            raise NotNowError(
                f"This computer's keyring cannot be used now ({type(error).__name__}).",
                "Unlock it (it opens when you log in at the screen), then run it again.",
            ) from None

    def _backend(self) -> Backend:
        if self.backend is not None:
            return self.backend
        import keyring  # noqa: PLC0415

        return keyring.get_keyring()


def _own_folder() -> Path:
    from platformdirs import user_data_path  # noqa: PLC0415

    return user_data_path("pscb-mail", appauthor=False)


def _data_protection() -> Protection:
    from msal_extensions.windows import WindowsDataProtectionAgent  # noqa: PLC0415  # it cannot be imported elsewhere

    agent: Protection = WindowsDataProtectionAgent()
    return agent


def windows_protection(
    platform: str = sys.platform, agent: Callable[[], Protection] = _data_protection
) -> Protection | None:
    """Return Windows' protection on Windows, nothing on other systems."""
    return agent() if platform == "win32" else None


@dataclass(frozen=True)
class Authorities:
    """Where Microsoft and Google sign people in; `ca_file`: a certificate authority of one's own."""

    microsoft: str = "https://login.microsoftonline.com"
    google_page: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_tokens: str = "https://oauth2.googleapis.com/token"
    ca_file: str = ""


@dataclass(frozen=True)
class Outside:
    """The real outside, unless told otherwise."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    folder: Path = field(default_factory=_own_folder)
    keyring: Keyring = field(default_factory=Keyring)
    protection: Protection | None = field(default_factory=windows_protection)
    authorities: Authorities = field(default_factory=Authorities)
