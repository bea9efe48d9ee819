"""The folder: copied elsewhere, on a network drive, open to others; each system's way tried on any."""

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from pscb_mail.desk.doctor.check import Check, Result
from pscb_mail.desk.doctor.folder import (
    check_folder,
    mounted_on_macos,
    mounted_over_network,
    synced_by,
    windows_drive,
    windows_rights,
)
from pscb_mail.workspace import Workspace, find_workspace

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /srv/shared\\040files nfs4 rw 0 0
//nas/team /mnt/team cifs rw 0 0
/dev/sdb1 /mnt/team/local ext4 rw 0 0
broken line
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "pscb-mail.toml").write_text('[newsletter]\nname = "N"\nfrom = "a@pscb.test"\n')
    found = find_workspace(tmp_path)
    found.key()
    found.open_database().close()
    return found


def checks_of(workspace: Workspace) -> dict[str, Check]:
    return {check.check.removeprefix("workspace: "): check for check in check_folder(workspace)}


def test_a_folder_of_ones_own_is_good(workspace: Workspace) -> None:
    """Local, private, with its key."""
    assert {check.result for check in checks_of(workspace).values()} == {Result.OK}


@pytest.mark.parametrize(
    ("place", "environment", "program"),
    [
        (PureWindowsPath(r"C:\Users\jo\OneDrive - Anytown Council\News"), {}, "OneDrive"),
        (PureWindowsPath(r"C:\Users\jo\Council\News"), {"OneDriveCommercial": r"C:\Users\jo\Council"}, "OneDrive"),
        (PureWindowsPath(r"C:\Users\jo\council\News"), {"OneDrive": r"C:\Users\jo\Council"}, "OneDrive"),
        (PurePosixPath("/Users/jo/Library/CloudStorage/OneDrive-AnytownCouncil/News"), {}, "OneDrive"),
        (PurePosixPath("/Users/jo/Library/Mobile Documents/com~apple~CloudDocs/News"), {}, "iCloud"),
        (PurePosixPath("/home/jo/Dropbox/news"), {}, "Dropbox"),
        (PureWindowsPath(r"C:\Users\jo\Anytown\SharePoint - Team"), {}, "SharePoint"),
        (PurePosixPath("/home/jo/Nextcloud/news"), {}, "Nextcloud"),
        (PurePosixPath("/home/jo/newsletter"), {"OneDrive": ""}, ""),
        (PureWindowsPath(r"C:\Users\jo\Newsletter"), {"OneDrive": r"C:\Users\jo\Council"}, ""),
    ],
)
def test_a_synced_folder_is_known(place: PurePosixPath, environment: dict[str, str], program: str) -> None:
    """By its name, or by what OneDrive says of itself; on Windows without regard to case."""
    assert synced_by(place, environment) == program


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/jo/news", ""),
        ("/srv/shared files/news", "nfs4"),
        ("/mnt/team/news", "cifs"),
        ("/mnt/team/local/news", ""),
    ],
)
def test_a_network_drive_is_known_on_linux(place: str, kind: str) -> None:
    """The deepest mount decides."""
    assert mounted_over_network(PurePosixPath(place), MOUNTS) == kind


@pytest.mark.parametrize(
    ("place", "drive_type", "kind"),
    [(r"\\server\team\news", 3, r"\\server\team"), (r"H:\news", 4, "H:"), (r"C:\news", 3, "")],
)
def test_a_network_drive_is_known_on_windows(place: str, drive_type: int, kind: str) -> None:
    """A share by its name, a letter by what Windows says of it."""
    assert windows_drive(PureWindowsPath(place), lambda _: drive_type) == kind


MACOS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//jo@nas._smb._tcp.local/team on /Volumes/team on 2 (smbfs, nodev, nosuid, mounted by jo)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
/dev/disk5s1 on /Volumes/team on 2/stick (exfat, local, nodev)
broken line
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [("/Users/jo/News", ""), ("/Volumes/team on 2/news", "smbfs"), ("/Volumes/team on 2/stick/news", "")],
)
def test_a_network_drive_is_known_on_macos(place: str, kind: str) -> None:
    """By what `mount` prints, whatever stands in a volume's name."""
    assert mounted_on_macos(PurePosixPath(place), MACOS) == kind


@pytest.mark.parametrize(
    ("place", "result"),
    [(r"C:\Users\jo\Newsletter", Result.OK), (r"c:\users\JO\News", Result.OK), (r"C:\News", Result.NOT_CHECKED)],
)
def test_windows_keeps_others_out_of_a_users_own_folder_alone(place: str, result: Result) -> None:
    """Elsewhere it is not known, and never called good."""
    check = windows_rights(PureWindowsPath(place), PureWindowsPath(r"C:\Users\jo"))
    assert (check.check, check.result) == ("workspace: file modes", result)
    assert bool(check.hint) is (result is not Result.OK)


def test_a_synced_workspace_is_warned_about(tmp_path: Path) -> None:
    """With where to move it."""
    folder = tmp_path / "OneDrive - Anytown"
    folder.mkdir()
    (folder / "pscb-mail.toml").write_text('[newsletter]\nname = "N"\nfrom = "a@pscb.test"\n')
    check = checks_of(find_workspace(folder))["folder"]
    assert (check.result, "OneDrive" in check.detail) == (Result.WARNING, True)
    assert "database under [newsletter]" in check.hint


def test_what_others_can_read_is_an_error(workspace: Workspace) -> None:
    """The list, or the key: both are people's data; the command that mends it can be copied, whatever the path is."""
    spaced = Workspace(workspace.folder.rename(workspace.folder.parent / "our news"), workspace.settings)
    spaced.key_path.chmod(0o644)
    check = checks_of(spaced)["file modes"]
    assert (check.result, check.hint) == (Result.ERROR, f"chmod 600 '{spaced.key_path}'")


def test_a_damaged_key_is_an_error_and_stays(workspace: Workspace) -> None:
    """It is not made anew by looking at it."""
    (workspace.folder / "pscb-mail.key").write_bytes(b"short")
    assert checks_of(workspace)["key"].result is Result.ERROR
    assert (workspace.folder / "pscb-mail.key").read_bytes() == b"short"


def test_a_new_workspace_has_no_key_yet_and_gets_none_by_a_look(tmp_path: Path) -> None:
    """The doctor changes nothing."""
    (tmp_path / "pscb-mail.toml").write_text('[newsletter]\nname = "N"\nfrom = "a@pscb.test"\n')
    assert checks_of(find_workspace(tmp_path))["key"].result is Result.OK
    assert [path.name for path in tmp_path.iterdir()] == ["pscb-mail.toml"]
