"""The files of an issue as the guard reads them: attachments, and the metadata of pictures.

Attachments are foreign files of any kind, and libraries that read such may hang or fill the memory on a crafted one:
each is read in a process of its own, with an end to its time (`insides` sees to its memory). One that cannot be read
is told. What has been read stays known while its bytes are the same: `preview --watch` checks at each save.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from pscb_mail.foreign import one_line
from pscb_mail.issues.document import Document
from pscb_mail.issues.edition import Edition
from pscb_mail.issues.insides import Insides, picture_words
from pscb_mail.issues.pictures import inside
from pscb_mail.issues.preflight.guard import Bare

_SECONDS = 20.0
_KEPT = 64
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


@dataclass(frozen=True)
class Enclosed:
    """A file of an issue: what it is called, the line that names it, what is in it."""

    called: str
    line: int
    insides: Insides

    @cached_property
    def bare(self) -> Bare:
        """Its text laid bare, for the guard."""
        return Bare(self.insides.text)


def enclosed(document: Document, edition: Edition) -> tuple[Enclosed, ...]:
    """Return the attachments of an issue, and those of its pictures that say something in their metadata."""
    source = document.source
    line = source.lines.get("attachments", 1)
    named = edition.attachments[: len(source.attachments)]  # the calendars after them are made of what is checked
    files = [
        Enclosed(f'the attachment "{one_line(file.name, 60)}"', line, read(file.name, file.content)) for file in named
    ]
    return (*files, *_pictures(document))


def _pictures(document: Document) -> Iterator[Enclosed]:
    for picture in document.pictures:
        # Metadata too broken to be read leaves with the rest of it: the mail has the pixels alone.
        with suppress(Exception):
            words, _ = picture_words(inside(document.source.folder, picture.file).read_bytes())
            if words:
                yield Enclosed(
                    f'the metadata of the picture "{one_line(picture.file, 60)}"', picture.line, Insides(words)
                )


_known: dict[tuple[str, str], Insides] = {}


def read(name: str, content: bytes, seconds: float = _SECONDS) -> Insides:
    """Return what is in a file, within so many seconds."""
    key = name, hashlib.sha256(content).hexdigest()
    if key not in _known:
        if len(_known) == _KEPT:
            del _known[next(iter(_known))]
        _known[key] = _read(name, content, seconds)
    return _known[key]


def _read(name: str, content: bytes, seconds: float) -> Insides:
    # -P: no module is taken from the folder that one happens to stand in.
    command = [sys.executable, "-P", "-c", "from pscb_mail.issues.insides import main; main()"]
    # The child finds the package where this process did. Passwords that this one may have been given are not for it.
    env = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        done = subprocess.run(  # noqa: S603 our own interpreter
            command,
            input=f"{one_line(name, 200)}\n".encode() + content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=True,
            env=env,
        )
        return Insides(**json.loads(done.stdout))
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError, OSError, ValueError, TypeError):
        return Insides("", "reading it takes far longer, or more memory, than any ordinary file does")


def unread(files: Iterable[Enclosed]) -> Iterator[tuple[int, str]]:
    """Find attachments that could not be looked into, or not wholly."""
    for file in files:
        if file.insides.unread:
            yield (
                file.line,
                f"In {file.called} not all was read: {one_line(file.insides.unread, 300)}. Look at it yourself.",
            )


def placed(files: Iterable[Enclosed]) -> Iterator[tuple[int, str]]:
    """Find attachments that tell where on earth they were made."""
    for file in files:
        if file.insides.placed:
            yield file.line, f"{file.called[0].upper()}{file.called[1:]} says where on earth it was taken."
