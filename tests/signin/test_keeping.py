"""Where secrets are kept between runs, and who can read them there."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from authority import User
from keyring_file import FileKeyring, LockedKeyring, NoKeyring

from pscb_mail.errors import NotNowError, SettingsError
from pscb_mail.settings import Settings
from pscb_mail.signin import access, status
from pscb_mail.signin.consent import sign_in, sign_out
from pscb_mail.signin.entrances import account, entrance
from pscb_mail.signin.outside import Keyring, Outside, windows_protection


@dataclass
class Turned:
    """Windows' protection as far as its interface goes: the text is turned around."""

    broken: bool = False

    def protect(self, message: str) -> bytes:
        return message[::-1].encode()

    def unprotect(self, cipher: bytes) -> str:
        if self.broken:
            raise OSError("Key not valid for use in specified state.")
        return cipher.decode()[::-1]


@pytest.fixture
def told(settings: Callable[..., Settings]) -> Settings:
    return settings("microsoft")


@pytest.fixture
def headless(outside: Outside) -> Outside:
    """A computer without a keyring."""
    return replace(outside, keyring=Keyring(NoKeyring()))


def signed_in(told: Settings, user: User, outside: Outside) -> str:
    return sign_in(account(entrance("relay", told), told), user, outside).kept_in


def kept_files(outside: Outside) -> list[Path]:
    return [path for path in outside.folder.iterdir() if path.suffix != ".lock"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_with_a_keyring_no_file_holds_a_secret(told: Settings, user: User, outside: Outside, tmp_path: Path) -> None:
    """Only the lock lies in the user's folder."""
    assert "keyring (a test's keyring)" in signed_in(told, user, outside)
    assert kept_files(outside) == []
    token = access("relay", told, outside=outside).secret
    assert token in (tmp_path / "keyring.json").read_text()


def test_without_a_keyring_a_private_file_says_what_it_is(told: Settings, user: User, headless: Outside) -> None:
    """Mode 0600 in a folder of 0700 whatever the umask; the screen and the file both say that it is not encrypted."""
    before = os.umask(0)
    try:
        said = signed_in(told, user, headless)
    finally:
        os.umask(before)
    [path] = kept_files(headless)
    assert "NOT encrypted" in said
    assert str(path) in said
    assert "not encrypted" in path.read_text()
    assert (mode(path), mode(headless.folder)) == (0o600, 0o700)
    assert {mode(lock) for lock in headless.folder.iterdir()} == {0o600}
    assert access("relay", told, outside=headless).secret in path.read_text()


def test_a_renewal_leaves_one_private_file(told: Settings, user: User, headless: Outside, clock: Callable) -> None:
    """Nothing of drafts or earlier tokens stays behind."""
    signed_in(told, user, headless)
    first = access("relay", told, outside=headless).secret
    clock.pass_by(3600)
    access("relay", told, outside=headless)
    [path] = kept_files(headless)
    assert mode(path) == 0o600
    assert first not in path.read_text()


@pytest.mark.parametrize("open_to", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(open_to: int, told: Settings, user: User, headless: Outside) -> None:
    """Somebody may have it: out, and in again with a new one."""
    signed_in(told, user, headless)
    [path] = kept_files(headless)
    path.chmod(open_to)
    with pytest.raises(SettingsError, match="others on this computer can read it") as caught:
        access("relay", told, outside=headless)
    assert "pscb-mail logout" in caught.value.hint
    assert "others" in status("relay", told, outside=headless).problem
    sign_out(account(entrance("relay", told), told), headless)
    signed_in(told, user, headless)
    assert access("relay", told, outside=headless) is not None


def test_a_keyring_that_comes_later_takes_over(told: Settings, user: User, headless: Outside, outside: Outside) -> None:
    """The file goes as soon as the keyring has it."""
    signed_in(told, user, headless)
    assert status("relay", told, outside=outside).signed_in
    signed_in(told, user, outside)
    assert kept_files(outside) == []
    assert access("relay", told, outside=outside) is not None


def test_on_windows_a_file_encrypted_for_the_account_is_used(
    told: Settings, user: User, outside: Outside, tmp_path: Path
) -> None:
    """Its keyring holds 2,560 bytes; a sign-in of another account or computer is as good as none."""
    windows = replace(outside, protection=Turned())
    assert "encrypted by Windows" in signed_in(told, user, windows)
    [path] = kept_files(windows)
    assert not (tmp_path / "keyring.json").exists()
    assert access("relay", told, outside=windows).secret not in path.read_text()
    assert not status("relay", told, outside=replace(outside, protection=Turned(broken=True))).signed_in
    assert sign_out(account(entrance("relay", told), told), windows)
    assert kept_files(windows) == []


@pytest.mark.parametrize(("platform", "protected"), [("win32", True), ("linux", False), ("darwin", False)])
def test_only_windows_protects_files_by_itself(platform: str, protected: bool) -> None:
    """Elsewhere the library for it cannot even be imported."""
    assert (windows_protection(platform, Turned) is not None) is protected


def test_a_locked_keyring_is_told_from_one_that_is_empty(told: Settings, outside: Outside) -> None:
    """Unlock it: 75, not "sign in again"; and no file is written in its stead."""
    locked = replace(outside, keyring=Keyring(LockedKeyring()))
    with pytest.raises(NotNowError, match="keyring cannot be used now") as caught:
        access("relay", told, outside=locked)
    assert "Unlock" in caught.value.hint
    assert "keyring" in status("relay", told, outside=locked).problem


def test_a_sign_in_that_cannot_be_kept_is_no_sign_in(told: Settings, user: User, headless: Outside) -> None:
    """Where a file stands in the folder's place, that is said before anything else happens."""
    headless.folder.write_text("in the way")
    with pytest.raises(SettingsError, match="cannot be made"):
        signed_in(told, user, headless)


def test_each_user_and_application_has_a_sign_in_of_its_own(
    told: Settings, user: User, headless: Outside, settings: Callable[..., Settings]
) -> None:
    """The relay may be opened by one account and the mailbox by another."""
    signed_in(told, user, headless)
    other = settings("microsoft", username="sender@pscb.test")
    assert not status("relay", other, outside=headless).signed_in
    assert status("mailbox", other, outside=headless).signed_in
    signed_in(other, user, headless)
    assert len(kept_files(headless)) == 2


def test_what_is_kept_is_longer_than_windows_keyring_holds(told: Settings, user: User, headless: Outside) -> None:
    """Why there is a file on Windows: UTF-16, 2,560 bytes."""
    signed_in(told, user, headless)
    [path] = kept_files(headless)
    assert len(path.read_text().encode("utf-16-le")) > 2560


def test_keyring_files_survive_the_interface(tmp_path: Path) -> None:
    """The test's own keyring does what keyring's plug-in interface asks."""
    keyring = Keyring(FileKeyring(tmp_path / "k.json"))
    assert keyring.write("s", "u", "secret") is True
    assert keyring.read("s", "u") == "secret"
    assert (keyring.delete("s", "u"), keyring.delete("s", "u")) == (True, False)
