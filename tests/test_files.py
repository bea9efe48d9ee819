"""Files that are there whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pscb_mail.files import PRIVATE, SHOWN, put


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize(("mode", "has"), [(PRIVATE, 0o600), (SHOWN, 0o644)])
def test_a_file_is_put_whole_with_the_rights_it_had_all_the_time(tmp_path: Path, umask: None, mode, has: int) -> None:
    """Nobody else can read a private one at any moment, not even while it is written."""
    target = tmp_path / "list.csv"
    seen = []

    def pieces() -> Iterator[bytes]:
        yield b"jo@school.example\n"
        seen.extend(stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir())
        yield b"sam@police.example\n"

    put(target, pieces(), mode)
    assert (seen, stat.S_IMODE(target.stat().st_mode)) == ([has], has)
    assert target.read_bytes() == b"jo@school.example\nsam@police.example\n"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("end", [OSError(28, "No space left on device"), ValueError("a row"), KeyboardInterrupt()])
def test_what_breaks_off_leaves_what_stood_there_and_nothing_else(tmp_path: Path, end: BaseException) -> None:
    """Half a list of people under a name of its own would be as bad as half of one in its place."""
    target = tmp_path / "list.csv"
    target.write_bytes(b"before")

    def pieces() -> Iterator[bytes]:
        yield b"jo@school.example\n"
        raise end

    with pytest.raises(type(end)):
        put(target, pieces())
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("list.csv", b"before")]


def test_a_place_that_is_a_folder_stays_one(tmp_path: Path) -> None:
    (tmp_path / "list.csv").mkdir()
    with pytest.raises(OSError, match=r"list\.csv"):
        put(tmp_path / "list.csv", [b"x"])
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
