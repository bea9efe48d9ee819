"""A new workspace: complete, private, and never over one that is there."""

import stat
from pathlib import Path

import pytest

from pscb_mail.desk.founding import Answers, found
from pscb_mail.errors import SettingsError, UsageError

ANSWERS = Answers('The "News" \\ & more', "News <news@pscb.test>", "smtp.office365.com", 587, "starttls", "password")


def test_a_workspace_can_be_worked_in_at_once(tmp_path: Path) -> None:
    """Settings that hold, an empty database, a key, both private, and git told to keep its hands off them."""
    workspace = found(tmp_path / "new", ANSWERS)
    assert workspace.settings.newsletter.name == ANSWERS.name
    assert (workspace.folder / "issues").is_dir()
    for name in ("pscb-mail.db", "pscb-mail.key"):
        assert stat.S_IMODE((workspace.folder / name).stat().st_mode) == 0o600
    ignored = (workspace.folder / ".gitignore").read_text()
    assert "pscb-mail.key" in ignored
    assert "pscb-mail.db" in ignored


def test_a_host_with_known_limits_gets_its_pace(tmp_path: Path) -> None:
    """Nobody has to know that Microsoft 365 bars a mailbox that sends too fast."""
    assert found(tmp_path / "new", ANSWERS).settings.pace.profile == "microsoft365-cis"


def test_a_workspace_that_is_there_is_never_touched(tmp_path: Path) -> None:
    """`init` in the wrong folder does nothing."""
    path = tmp_path / "pscb-mail.toml"
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        found(tmp_path, ANSWERS)
    assert path.read_text() == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["pscb-mail.toml"]


def test_an_answer_that_cannot_be_right_leaves_no_settings_behind(tmp_path: Path) -> None:
    """A workspace with broken settings would be worse than none."""
    with pytest.raises(SettingsError):
        found(tmp_path, Answers("News", "not an address"))
    assert not (tmp_path / "pscb-mail.toml").exists()


def test_a_git_ignore_of_the_users_own_is_kept(tmp_path: Path) -> None:
    """Theirs, not ours."""
    (tmp_path / ".gitignore").write_text("*.bak\n")
    found(tmp_path, ANSWERS)
    assert (tmp_path / ".gitignore").read_text() == "*.bak\n"
