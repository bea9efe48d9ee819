"""The workspace's folder: is it on this computer's own disk, and can nobody else read the list and the key.

Synced folders and network drives keep two copies of one database, or none that is whole. How drives are told apart
differs by system; each way takes what it reads as an argument, so that each can be tried anywhere.
"""

import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath, PureWindowsPath

from pscb_mail.desk.doctor.check import Check, error, ok, warning
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
        return mounted_over_network(place, Path("/proc/mounts").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""


def windows_drive(place: PureWindowsPath, drive_type: Callable[[str], int]) -> str:
    """Return a Windows folder's drive where it is a network's: a server's share, or a letter that stands for one."""
    if place.drive.startswith("\\\\"):
        return place.drive
    return place.drive if drive_type(place.drive + "\\") == _DRIVE_REMOTE else ""


def mounted_over_network(place: PurePath, mounts: str) -> str:
    """Return a folder's file system where it is a network's; `mounts` as /proc/mounts has it, the deepest counts."""
    entries = [line.split(" ") for line in mounts.splitlines() if line.count(" ") >= 2]
    over = [
        (len(mount), kind)
        for _, mount, kind, *_ in ((e[0], e[1].replace("\\040", " "), e[2]) for e in entries)
        if place.is_relative_to(mount)
    ]
    kind = max(over, default=(0, ""))[1]
    return kind if kind in _NETWORKED else ""


def _modes(workspace: Workspace) -> Check:
    name = "workspace: file modes"
    if os.name == "nt":
        return ok(name, "Windows keeps other users out by the folder's own rights.")
    private = [workspace.database_path, workspace.folder / "pscb-mail.key"]
    loose = [path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        files = " ".join(str(path) for path in loose)
        return error(name, f"Others on this computer can read {files}.", f"chmod 600 {files}")
    return ok(name, "Nobody else on this computer can read the list or the key.")


def _key(workspace: Workspace) -> Check:
    if not (workspace.folder / "pscb-mail.key").exists() and not workspace.database_path.exists():
        return ok("workspace: key", "None yet; the first command that needs it makes it.")
    try:
        workspace.key()
    except (PscbMailError, OSError) as problem:
        hint = problem.hint if isinstance(problem, PscbMailError) else "Check the file's rights."
        return error("workspace: key", str(problem), hint)
    return ok("workspace: key", "It is there and whole.")
