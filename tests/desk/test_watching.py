"""A preview that follows the editor's file: each save once, to this machine alone, and it ends when asked."""

import http.client
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import checkers
import pytest

from pscb_mail.desk import preview
from pscb_mail.desk.watching import follow, served, stamps
from pscb_mail.workspace import find_workspace


def steps(*actions: Callable[[], object]) -> Callable[[float], bool]:
    """Return a `wait` that does one thing at each look, and ends after the last."""
    waiting: Iterator[Callable[[], object]] = iter(actions)

    def wait(seconds: float) -> bool:
        assert seconds <= 0.2
        action = next(waiting, None)
        if action:
            action()
        return action is None

    return wait


def test_each_save_is_built_once(tmp_path: Path) -> None:
    issue, picture = tmp_path / "issue.md", tmp_path / "pictures" / "a.png"
    picture.parent.mkdir()
    issue.write_text("one")
    built: list[str] = []

    def nothing() -> None:
        pass

    def save_by_replacing() -> None:
        (tmp_path / "draft").write_text("three words now")
        (tmp_path / "draft").replace(issue)

    follow(
        [tmp_path, tmp_path / "missing"],
        stamps([tmp_path]),
        lambda: built.append(issue.read_text() if issue.exists() else "none"),
        steps(
            nothing, lambda: issue.write_text("two, longer"), nothing,
            nothing, lambda: picture.write_text("x"), nothing,
            save_by_replacing, nothing,
            issue.unlink, nothing,
        ),
    )  # fmt: skip
    assert built == ["two, longer", "two, longer", "three words now", "none"]


def test_a_file_that_is_being_written_is_built_when_it_is_whole(tmp_path: Path) -> None:
    """Editors empty a file and then write it: nobody wants to be told of the moment between."""
    issue = tmp_path / "issue.md"
    issue.write_text("one")
    built: list[str] = []
    follow(
        [tmp_path],
        stamps([tmp_path]),
        lambda: built.append(issue.read_text()),
        steps(
            lambda: issue.write_text(""), lambda: issue.write_text("tw"), lambda: issue.write_text("two"), lambda: None
        ),
    )
    assert built == ["two"]


def test_what_is_saved_while_the_first_preview_is_built_is_built_too(tmp_path: Path) -> None:
    """It was not in what is shown."""
    issue = tmp_path / "issue.md"
    issue.write_text("one")
    seen = stamps([tmp_path])
    issue.write_text("two, longer")
    built: list[str] = []
    follow([tmp_path], seen, lambda: built.append(issue.read_text()), steps(lambda: None, lambda: None))
    assert built == ["two, longer"]


def get(address: str, path: str, host: str | None = None) -> tuple[int, bytes]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "preview"
    folder.mkdir()
    (folder / "index.html").write_text("the page")
    return folder


def test_the_page_is_served_and_told_of_a_change_at_once(folder: Path) -> None:
    with served(folder) as (address, version):
        assert urlsplit(address).hostname == "127.0.0.1"
        assert get(address, "/index.html") == (200, b"the page")
        assert get(address, "/version") == (200, b"1")
        answers: list[tuple[int, bytes]] = []
        waiting = threading.Thread(target=lambda: answers.append(get(address, "/version?after=1")))
        waiting.start()
        version.grow()
        waiting.join(timeout=5)
        assert answers == [(200, b"2")]


def test_nothing_else_is_served(folder: Path) -> None:
    with served(folder) as (address, _):
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/secret.txt"):
            assert get(address, path)[0] == 404
        (folder / "index.html").unlink()
        assert get(address, "/")[0] == 404


def test_a_page_elsewhere_cannot_read_it_under_its_own_name(folder: Path) -> None:
    """A name that an attacker points to 127.0.0.1 makes the browser ask us, with that name in Host."""
    with served(folder) as (address, _):
        port = urlsplit(address).port
        assert get(address, "/index.html", f"evil.example:{port}")[0] == 403
        assert get(address, "/index.html", "127.0.0.1:1")[0] == 403
        assert get(address, "/index.html", f"localhost:{port}")[0] == 200


@pytest.mark.parametrize("after", ["x", "-1", "²", "9" * 50, ""])
def test_a_strange_question_gets_an_answer(after: str, folder: Path) -> None:
    with served(folder) as (address, _):
        assert get(address, f"/version?after={quote(after)}") == (200, b"1")


def test_it_ends_at_once_though_a_page_is_waiting(folder: Path) -> None:
    """A page may wait for 20 seconds; Ctrl-C does not."""
    started = time.monotonic()
    with served(folder) as (address, _):
        parts = urlsplit(address)
        waiting = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        waiting.request("GET", "/version?after=1")
        get(address, "/version")  # connections are taken in their order: the one before is being answered
    assert waiting.getresponse().read() == b"1"
    assert time.monotonic() - started < 5
    waiting.close()
    with pytest.raises(ConnectionRefusedError):
        get(address, "/index.html")


def test_the_open_page_takes_in_what_was_saved_and_stays_where_it_was(tmp_path: Path) -> None:
    """In a browser: the words come into the frames, which are neither loaded anew nor scrolled back to their top."""
    (tmp_path / "pscb-mail.toml").write_text('[newsletter]\nname = "News"\nfrom = "News <news@pscb.test>"\n')
    issue = tmp_path / "issues" / "issue-1.md"
    issue.parent.mkdir()
    folder = tmp_path / "out"

    def save(title: str, words: str) -> None:
        issue.write_text(f'---\ntitle: "{title}"\n---\n' + "A line of words.\n\n" * 60 + words)
        preview.write(
            find_workspace(tmp_path), "1", folder, preview.SAMPLE, datetime(2010, 10, 31, tzinfo=UTC), live=True
        )

    save("Before", "Old words.")
    env = {**os.environ, "PSCB_MAIL_CHECKERS": str(checkers.folder()), "CHROMIUM": checkers.program("chromium")}
    script = str(Path(__file__).parent / "live.mjs")
    with served(folder) as (address, version):
        command = [checkers.program("node"), script, address, "New words."]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as browser:
            assert browser.stdout is not None
            assert browser.stdout.readline() == "ready\n"
            save("After", "New words.")
            version.grow()
            found = json.loads(browser.stdout.readline())
    assert (found["same"], found["scrolled"]) == ("yes", 400)
    assert "After" in found["title"]
    assert "New words." in found["text"]
