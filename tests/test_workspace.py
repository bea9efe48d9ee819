"""The workspace: found from anywhere inside it, kept by one computer, with a key that nobody else can read."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nobody import without_rights

from pscb_mail.database import transaction
from pscb_mail.errors import DatabaseError, UsageError
from pscb_mail.workspace import find_workspace, packaged

SETTINGS = '[newsletter]\nname = "News"\nfrom = "News <news@pscb.test>"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pscb-mail.toml").write_text(SETTINGS)
    return tmp_path


def test_it_is_found_from_a_folder_deep_inside(folder: Path) -> None:
    """As git finds its own."""
    deep = folder / "issues" / "issue-18"
    deep.mkdir(parents=True)
    assert find_workspace(deep).folder == folder


def test_where_there_is_none_the_ways_out_are_named(tmp_path: Path) -> None:
    """Go there, name it, or make one."""
    with pytest.raises(UsageError) as caught:
        find_workspace(tmp_path)
    assert "--workspace" in caught.value.hint
    assert "init" in caught.value.hint


def test_a_folder_that_is_named_must_be_one(tmp_path: Path) -> None:
    """--workspace does not search upwards."""
    with pytest.raises(UsageError, match=r"No pscb-mail\.toml"):
        find_workspace(tmp_path, named=tmp_path / "elsewhere")


def test_the_key_is_made_once_and_private(folder: Path) -> None:
    """32 random bytes, mode 0600, the same ever after."""
    workspace = find_workspace(folder)
    key = workspace.key()
    path = folder / "pscb-mail.key"
    assert (len(key), workspace.key(), stat.S_IMODE(path.stat().st_mode)) == (32, key, 0o600)
    assert [p.name for p in folder.glob("pscb-mail.*")].count("pscb-mail.key") == 1


def test_a_damaged_key_is_never_replaced_by_a_new_one(folder: Path) -> None:
    """A new key would disown every copy that is out."""
    (folder / "pscb-mail.key").write_bytes(b"short")
    with pytest.raises(DatabaseError, match="damaged"):
        find_workspace(folder).key()
    assert (folder / "pscb-mail.key").read_bytes() == b"short"


def test_a_lost_key_is_told_once_mailings_were_made_with_it(folder: Path) -> None:
    """Made anew silently, no reply to the issues sent before would be understood."""
    workspace = find_workspace(folder)
    workspace.key()
    db = workspace.open_database()
    with transaction(db):
        db.execute("INSERT INTO mailing (issue, audience, started_at) VALUES ('issue-1', '{}', '2010')")
    db.close()
    (folder / "pscb-mail.key").unlink()
    with pytest.raises(DatabaseError, match="is missing"):
        workspace.key()
    assert not (folder / "pscb-mail.key").exists()


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"")], ids=["gone", "emptied"])
def test_a_list_that_was_lost_is_not_begun_anew_while_there_are_backups_of_it(
    folder: Path, lose: Callable[[Path], object]
) -> None:
    """A new one would know nobody who opted out, and an import would write to all of them again."""
    workspace = find_workspace(folder)
    workspace.open_database().close()
    workspace.back_up("by-hand", datetime(2026, 12, 1, tzinfo=UTC))
    lose(workspace.database_path)
    with pytest.raises(DatabaseError, match="empty or not there") as caught:
        workspace.open_database()
    (backup,) = workspace.backups.iterdir()
    assert f'restore "{backup}"' in caught.value.hint
    backup.unlink()
    workspace.open_database().close()


def test_in_a_folder_that_two_newsletters_share_only_its_own_backups_count(tmp_path: Path) -> None:
    """The hint would put the other one's people in its place; with its own there, it is lost like any other."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "pscb-mail.toml").write_text(f'{SETTINGS}[backup]\nfolder = "{tmp_path / "kept"}"\n')
    one, other = find_workspace(first), find_workspace(second)
    one.key()
    one.open_database().close()
    one.back_up("by-hand", datetime(2026, 12, 1, tzinfo=UTC))
    other.open_database().close()
    other.database_path.unlink()
    other.key()
    assert other.lost() is None
    one.database_path.unlink()
    assert one.lost() is not None


def test_another_computer_may_not_write_unless_it_takes_over(folder: Path) -> None:
    """Two copies of one list would both send."""
    workspace = find_workspace(folder)
    db = workspace.open_database()
    with transaction(db):
        db.execute("UPDATE fact SET value = 'the-old-laptop' WHERE name = 'host'")
    db.close()
    with pytest.raises(DatabaseError, match="the-old-laptop") as caught:
        workspace.open_database()
    assert "--take-over" in caught.value.hint
    workspace.open_database(take_over=True).close()
    workspace.open_database().close()


def test_templates_come_with_the_program_where_the_workspace_has_none(folder: Path) -> None:
    """A folder with one issue and one settings file is enough."""
    own, shipped = find_workspace(folder).templates
    assert own == folder / "templates"
    assert shipped == packaged("templates")
    assert (shipped / "newsletter.html.j2").is_file()


def test_a_key_that_cannot_be_read_or_made_is_a_sentence() -> None:
    """A folder in its place, no right to read it, no right to write beside it; and nothing half is left."""
    with without_rights() as folder:
        (folder / "pscb-mail.toml").write_text(SETTINGS)
        workspace = find_workspace(folder)
        workspace.key_path.mkdir()
        with pytest.raises(DatabaseError, match="cannot be read"):
            workspace.key()
        workspace.key_path.rmdir()
        workspace.key_path.write_bytes(b"k" * 32)
        workspace.key_path.chmod(0)
        with pytest.raises(DatabaseError, match="cannot be read"):
            workspace.key()
        workspace.key_path.unlink()
        before = sorted(folder.iterdir())
        folder.chmod(0o555)
        with pytest.raises(DatabaseError, match="cannot be made"):
            workspace.key()
        assert sorted(folder.iterdir()) == before
