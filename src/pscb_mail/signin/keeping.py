"""Where sign-ins are kept: the keyring; on Windows a file encrypted for the user; else a file of mode 0600.

Windows' keyring holds 2,560 bytes and a sign-in is longer, hence the file there. Files lie in the user's own folder,
not in the workspace: that may be in git, in a synced folder, in a backup. Promises: no half-written file is ever
found, and nobody else can read one at any moment; one that others can read is refused. One renewal at a time on this
computer, by a lock. Raises SettingsError and NotNowError.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pscb_mail.errors import NotNowError, SettingsError
from pscb_mail.files import put
from pscb_mail.signin.grant import Grant, from_text, to_text
from pscb_mail.signin.outside import Outside

SERVICE = "pscb-mail sign-in"
LOCK_SECONDS = 120.0  # a renewal is one request; four of its time-outs


@dataclass(frozen=True)
class Safe:
    """The place of one sign-in, by its name."""

    name: str
    outside: Outside

    @property
    def path(self) -> Path:
        """The file, where it comes to that."""
        return self.outside.folder / f"signin-{hashlib.sha256(self.name.encode()).hexdigest()[:20]}"

    def load(self) -> Grant | None:
        """Return what is kept, None where nothing is or it cannot be read."""
        text = None if self.outside.protection else self.outside.keyring.read(SERVICE, self.name)
        text = text if text is not None else self._from_file()
        return from_text(text) if text is not None else None

    def save(self, grant: Grant) -> str:
        """Keep a grant, and return where, for the screen."""
        text = to_text(grant)
        if self.outside.protection:
            self._to_file(self.outside.protection.protect(text))
            return f"{self.path}, encrypted by Windows for your account"
        if self.outside.keyring.write(SERVICE, self.name, text):
            self.path.unlink(missing_ok=True)
            return f"this computer's keyring ({self.outside.keyring.name})"
        self._to_file(text.encode())
        return f"{self.path}, NOT encrypted because this computer has no keyring: only your account can read it (0600)"

    def delete(self) -> bool:
        """Forget the sign-in; returns whether there was one."""
        found = False if self.outside.protection else self.outside.keyring.delete(SERVICE, self.name)
        if self.path.exists():
            self.path.unlink()
            found = True
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock for a renewal, against other processes and other threads. Raises NotNowError."""
        from filelock import FileLock, Timeout  # noqa: PLC0415

        self._make_folder()
        lock = FileLock(self.path.with_suffix(".lock"), timeout=LOCK_SECONDS, mode=0o600)
        try:
            with lock:
                yield
        except Timeout:
            raise NotNowError(
                "Another run of this program has been renewing the sign-in for two minutes.",
                "End that one, or wait, and run it again.",
            ) from None

    def _from_file(self) -> str | None:
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                raw = file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be read: {error.strerror}.", "Check its rights.") from error
        if self.outside.protection:
            return self._unprotected(raw)
        if os.name == "posix" and mode & 0o077:
            raise SettingsError(
                f"{self.path} holds your sign-in, and others on this computer can read it (mode {mode & 0o777:o}).",
                "`pscb-mail logout`, then `pscb-mail login` makes a new one that they cannot.",
            )
        return raw.decode("utf-8", "replace")

    def _unprotected(self, raw: bytes) -> str | None:
        try:
            return self.outside.protection.unprotect(raw) if self.outside.protection else None
        except (OSError, ValueError):
            return None  # of another Windows account or another computer: as good as none

    def _to_file(self, raw: bytes) -> None:
        try:
            self._make_folder()
            put(self.path, [raw])
        except OSError as error:
            raise NotNowError(
                f"The sign-in cannot be kept in {self.path}: {error.strerror}.",
                "Free space or check the folder's rights.",
            ) from error

    def _make_folder(self) -> None:
        try:
            self.outside.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SettingsError(
                f"The folder {self.outside.folder} cannot be made: {error.strerror}.", "Check the rights above it."
            ) from error
