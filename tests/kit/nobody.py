"""A folder whose rights count: root may read everything, so tests of what cannot be read give root up for a while."""

import codecs
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534
# Python loads a codec when it is first asked for, and may itself lie where nobody else may read.
codecs.lookup("utf-8-sig")


@contextmanager
def without_rights() -> Iterator[Path]:
    """Give an empty folder, and be somebody for whom the rights of files count, for the length of a block."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    try:
        if root:
            os.chown(folder, _NOBODY, -1)
            os.seteuid(_NOBODY)
        yield folder
    finally:
        if root:
            os.seteuid(0)
        for path, _, _ in os.walk(folder):
            Path(path).chmod(0o700)
        shutil.rmtree(folder)
