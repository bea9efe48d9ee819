"""The workspace's folder: is it on this computer's own disk, and can nobody else read the list and the key.

Synced folders and network drives keep two copies of one database, or none that is whole. How drives are told apart
differs by system; each way takes what it reads as an argument, so that each can be tried anywhere.
"""

import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePath, PureWindowsPath

from pscb_mail.desk.doctor.check import Check, error, not_checked, ok, warning
from pscb_mail.errors import PscbMailError
from pscb_mail.workspace import Workspace

# Beginnings of the folders' names, as the programs make them ("OneDrive - Anytown Council").
_SYNCED = {
    "onedrive": "OneDrive",
    "sharepoint": "SharePoint",
    "dropbox": "Dropbox",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "my drive": "Google Drive",
    "icloud": "iCloud",
    "mobile documents": "iCloud",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "box sync": "Box",
}
_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
_NETWORKED = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "9p", "fuse.sshfs", "fuse.rclone"})
_MODES = "workspace: file modes"
_DRIVE_REMOTE = 4  # GetDriveTypeW, winbase.h


def check_folder(workspace: Workspace) -> list[Check]:
    """Return the checks of the folder, its private files and its key."""
    return [check_place(workspace), _modes(workspace), _key(workspace)]


def check_place(workspace: Workspace) -> Check:
    """Return the check of where the database lies; commands that write repeat its warning."""
    place = workspace.database_path.resolve().parent
    if program := synced_by(place, os.environ):
        return warning(
            "workspace: folder",
            f"{place} is copied to other computers by {program}: a database in it can be damaged, or be two.",
            "Move the workspace to a folder of this computer alone, or set database under [newsletter] to one.",
        )
    if kind := drive_kind(place):
        return warning(
            "workspace: folder",
            f"{place} is on a network drive ({kind}), where a database is not safe from being damaged.",
            "Move the workspace to this computer's own disk, or set database under [newsletter] to a place there.",
        )
    return ok("workspace: folder", f"{workspace.folder} is on this computer's own disk, and nothing copies it.")


def synced_by(place: PurePath, environment: Mapping[str, str]) -> str:
    """Return the program that copies a folder to other computers, or nothing."""
    for part in place.parts:
        for beginning, program in _SYNCED.items():
            if part.lower().startswith(beginning):
                return program
    roots = [type(place)(root) for name in _VARIABLES if (root := environment.get(name))]
    return "OneDrive" if any(place.is_relative_to(root) for root in roots) else ""


def drive_kind(place: Path) -> str:
    """Return what kind of network drive a folder is on, or nothing where it is on none, or that cannot be told."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  # there is nothing to call elsewhere

        return windows_drive(PureWindowsPath(place), ctypes.windll.kernel32.GetDriveTypeW)
    try:
        if sys.platform == "darwin":
            listed = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=10, check=False)
            return mounted_on_macos(place, listed.stdout)
        return mounted_over_network(place, Path("/proc/mounts").read_text(encoding="utf-8", errors="replace"))
    except (OSError, subprocess.SubprocessError):
        return ""


def windows_drive(place: PureWindowsPath, drive_type: Callable[[str], int]) -> str:
    """Return a Windows folder's drive where it is a network's: a server's share, or a letter that stands for one."""
    if place.drive.startswith("\\\\"):
        return place.drive
    return place.drive if drive_type(place.drive + "\\") == _DRIVE_REMOTE else ""


def mounted_over_network(place: PurePath, mounts: str) -> str:
    """Return a folder's file system where it is a network's; `mounts` as /proc/mounts has it, the deepest counts."""
    entries = (line.split(" ") for line in mounts.splitlines() if line.count(" ") >= 2)
    return _networked(place, ((mount.replace("\\040", " "), kind) for _, mount, kind, *_ in entries))


def mounted_on_macos(place: PurePath, listed: str) -> str:
    """Return the same of a Mac; `listed` as `mount` prints it: `//jo@nas/team on /Volumes/team (smbfs, nodev)`."""
    entries = (re.fullmatch(r".+? on (.+) \(([^,)]+).*\)", line) for line in listed.splitlines())
    return _networked(place, (entry.groups() for entry in entries if entry))


def _networked(place: PurePath, mounts: Iterable[Sequence[str]]) -> str:
    over = [(len(mount), kind) for mount, kind in mounts if place.is_relative_to(mount)]
    kind = max(over, default=(0, ""))[1]
    return kind if kind in _NETWORKED else ""


def _modes(workspace: Workspace) -> Check:
    if os.name == "nt":
        return windows_rights(PureWindowsPath(workspace.database_path.resolve().parent), PureWindowsPath(Path.home()))
    private = [workspace.database_path, workspace.folder / "pscb-mail.key"]
    loose = [path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        names = ", ".join(str(path) for path in loose)
        return error(_MODES, f"Others on this computer can read {names}.", f"chmod 600 {shlex.join(map(str, loose))}")
    return ok(_MODES, "Nobody else on this computer can read the list or the key.")


def windows_rights(place: PureWindowsPath, home: PureWindowsPath) -> Check:
    """Return whether other users are kept out of a folder: Windows does so of each user's own; files have no modes."""
    if place.is_relative_to(home):
        return ok(_MODES, f"{place} is within your own user folder, out of which Windows keeps other users.")
    return not_checked(
        _MODES,
        f"{place} is outside your own user folder: who can read it there cannot be seen from here.",
        f"Move the workspace into {home}, or look in the folder's properties under Security.",
    )


def _key(workspace: Workspace) -> Check:
    if not (workspace.folder / "pscb-mail.key").exists() and not workspace.database_path.exists():
        return ok("workspace: key", "None yet; the first command that needs it makes it.")
    try:
        workspace.key()
    except (PscbMailError, OSError) as problem:
        hint = problem.hint if isinstance(problem, PscbMailError) else "Check the file's rights."
        return error("workspace: key", str(problem), hint)
    return ok("workspace: key", "It is there and whole.")
