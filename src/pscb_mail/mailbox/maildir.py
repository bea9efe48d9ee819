"""A Maildir as a source: each file capped, one bad file no hindrance, handled mail moved and never put over another.

Raises UsageError for what is no Maildir or may not be changed, NotNowError where a message cannot be filed.
"""

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pscb_mail.errors import NotNowError, UsageError
from pscb_mail.foreign import one_line
from pscb_mail.mailbox.messages import CAP, Arrived, Bookmark, Source


def filed_maildir(path: Path, filed: str) -> Path:
    """Return a Maildir's folder for handled mail (Maildir++: beside `new`, dots before and between the parts)."""
    return path / f".{'.'.join(re.split(r'[/.]', filed))}"


class Maildir(Source):
    """A Maildir (cr.yp.to/proto/maildir.html): `new` and `cur` are read, handled mail moves to a Maildir++ folder."""

    def __init__(self, path: Path, filed: str, *, read_only: bool) -> None:
        if not (path / "new").is_dir() or not (path / "cur").is_dir():
            raise UsageError(
                f"{path} is no Maildir: it has no new and cur in it.", "Write the path of the folder that holds them."
            )
        parts = re.split(r"[/.]", filed)
        if not all(parts) or "\\" in filed:
            raise UsageError(f'filed = "{filed}" cannot be a folder of a Maildir.', "Write it like Newsletter/Done.")
        if not read_only and not os.access(path, os.W_OK):
            raise UsageError(f"{path} can only be read, so nothing can be filed.", "`--dry-run` reads it as it is.")
        self.name = f"maildir:{path.absolute()}"
        self._path = path
        self._filed = filed_maildir(path, filed)

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield the messages, the oldest first, seen or not; those marked as trash are left out."""
        del bookmark
        for path in self._paths():
            # A file's name may be any bytes; what is kept and shown of it is text.
            name = one_line(os.fsencode(path.name).decode("utf-8", "replace"), 255)
            with suppress(FileNotFoundError):
                try:
                    if since is None or datetime.fromtimestamp(path.stat().st_mtime, UTC) >= since:
                        yield Arrived(name, _beginning(path), path)
                except FileNotFoundError:
                    raise
                except OSError as error:
                    yield Arrived(name, b"", path, trouble=error.strerror or "the disk says no")

    def _paths(self) -> list[Path]:
        try:
            found = [path for name in ("new", "cur") for path in (self._path / name).iterdir()]
            wanted = [path for path in found if path.is_file() and not path.name.startswith(".") and not _trash(path)]
            return sorted(wanted, key=_age)
        except OSError as error:
            raise UsageError(f"{self._path} cannot be read: {error.strerror}.", "Check its rights.") from error

    def file(self, arrived: Arrived) -> None:
        """Move the file, its flags with it; one that has been moved already is no fault."""
        if arrived.path is None:
            return
        try:
            for name in ("new", "cur", "tmp"):
                (self._filed / name).mkdir(parents=True, exist_ok=True, mode=0o700)
            (self._filed / "maildirfolder").touch(mode=0o600)
            # A mail program moves what it has seen from new to cur.
            for path in (arrived.path, self._path / "cur" / arrived.path.name):
                with suppress(FileNotFoundError):
                    _move(path, self._filed / "cur")
                    return
        except OSError as error:
            raise NotNowError(f"{arrived.source} cannot be filed: {error.strerror}.", "Check the rights.") from error


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(CAP)


# The flags stand after ":2," (";2," and "!2," where a colon cannot be in a file's name).
_FLAGS = re.compile(r"[:;!]2,[^:;!]*\Z")


def _trash(path: Path) -> bool:
    """Whether its owner has thrown it away: flag T."""
    flags = _FLAGS.search(path.name)
    return flags is not None and "T" in flags[0]


def _move(path: Path, folder: Path) -> None:
    """Move a file into a folder, under another name where that one is taken: what lies there is never replaced."""
    flags = _FLAGS.search(path.name)
    stem, rest = (path.name[: flags.start()], flags[0]) if flags else (path.name, "")
    for number in itertools.count():
        target = folder / (f"{stem}.{number}{rest}" if number else path.name)
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            # One that was linked by a reading that was killed before it could unlink.
            if not target.samefile(path):
                continue
        except FileNotFoundError:
            raise
        except OSError:  # a file system without hard links
            if target.exists():
                continue
            path.rename(target)
            return
        path.unlink()
        return


def _age(path: Path) -> tuple[float, str]:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime, path.name
    return 0.0, path.name
