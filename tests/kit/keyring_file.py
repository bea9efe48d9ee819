"""A keyring that is one JSON file, through keyring's own plug-in interface: tests can look into it from outside.

The file is named by PSCB_TEST_KEYRING; a process uses it with PYTHON_KEYRING_BACKEND=keyring_file.FileKeyring.
"""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError, PasswordDeleteError


class FileKeyring(KeyringBackend):
    """Keeps everything in the file, readable by the test."""

    priority = 1
    name = "a test's keyring"

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self.path = path or Path(os.environ["PSCB_TEST_KEYRING"])

    def _all(self) -> dict[str, str]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service}|{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._all(), f"{service}|{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._all()
        if kept.pop(f"{service}|{username}", None) is None:
            raise PasswordDeleteError(username)
        self._write(kept)

    def _write(self, kept: dict[str, str]) -> None:
        draft = self.path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(kept))
        draft.replace(self.path)


class NoKeyring(KeyringBackend):
    """What keyring uses on a machine without one."""

    priority = 0.5

    def get_password(self, service: str, username: str) -> str | None:
        raise NoKeyringError("No recommended backend was available.")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError("No recommended backend was available.")


class LockedKeyring(NoKeyring):
    """One that its user has not unlocked."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("Failed to unlock the collection!")
