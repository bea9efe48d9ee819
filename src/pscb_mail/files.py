"""Files that are there whole or not at all, whatever happens while they are written.

A file is written beside its place under another name, synced to disk and renamed; where the writing fails or is
broken off, what stood in its place stays and nothing else is left lying there. Unless told otherwise nobody else can
read it at any moment. Raises OSError. Leaves to others: what to tell the user.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = 0o600
# For what is meant to be shown: whoever the user's umask lets.
SHOWN = 0o666


@contextmanager
def draft_of(target: Path, mode: int = PRIVATE) -> Iterator[Path]:
    """Give an empty file beside `target` that takes its place, synced to disk, when the block ends well."""
    draft = target.parent / f".{target.name}.{secrets.token_hex(4)}"
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def put(target: Path, data: Iterable[bytes], mode: int = PRIVATE) -> None:
    """Write a file from its pieces; what producing one of them raises passes through."""
    with draft_of(target, mode) as draft, draft.open("wb") as file:
        file.writelines(data)
