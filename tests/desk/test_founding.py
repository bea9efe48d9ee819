"""A new workspace: complete, private, and never over one that is there."""

import re
import stat
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pscb_mail.desk.founding import (
    LETTER,
    Answers,
    letter_text,
    mailbox_url,
    make_workspace,
    sender_of,
    settings_text,
    with_google,
    with_microsoft,
    with_relay,
)
from pscb_mail.errors import DatabaseError, SettingsError, UsageError
from pscb_mail.imap import parse_place
from pscb_mail.settings import Relay, Settings
from pscb_mail.signin.entrances import permissions

ANSWERS = Answers('The "News" \\ & more', "News <news@pscb.test>", "smtp.office365.com", 587, "starttls", "password")


def test_a_workspace_can_be_worked_in_at_once(tmp_path: Path) -> None:
    """Settings that hold, an empty database, a key, both private, and git told to keep its hands off them."""
    workspace = make_workspace(tmp_path / "new", ANSWERS)
    assert workspace.settings.newsletter.name == ANSWERS.name
    assert (workspace.folder / "issues").is_dir()
    for name in ("pscb-mail.db", "pscb-mail.key"):
        assert stat.S_IMODE((workspace.folder / name).stat().st_mode) == 0o600
    ignored = (workspace.folder / ".gitignore").read_text()
    assert "pscb-mail.key" in ignored
    assert "pscb-mail.db" in ignored


def test_a_host_with_known_limits_gets_its_pace(tmp_path: Path) -> None:
    """Nobody has to know that Microsoft 365 bars a mailbox that sends too fast."""
    assert make_workspace(tmp_path / "new", ANSWERS).settings.pace.profile == "microsoft365-cis"


def test_a_workspace_that_is_there_is_never_touched(tmp_path: Path) -> None:
    """`init` in the wrong folder does nothing."""
    path = tmp_path / "pscb-mail.toml"
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        make_workspace(tmp_path, ANSWERS)
    assert path.read_text() == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["pscb-mail.toml"]


@pytest.mark.parametrize(("host", "port"), [("imap.pscb.test", 993), ("imap.pscb.test", 1143), ("::1", 1143)])
def test_a_mailbox_is_written_as_it_is_read(host: str, port: int) -> None:
    """An address of IPv6 has colons of its own."""
    place = parse_place(mailbox_url("news@pscb.test", host, port))
    assert (place.username, place.host, place.port) == ("news@pscb.test", host, port)


def test_an_answer_that_cannot_be_right_leaves_no_settings_behind(tmp_path: Path) -> None:
    """A workspace with broken settings would be worse than none."""
    with pytest.raises(SettingsError):
        make_workspace(tmp_path, Answers("News", "not an address"))
    assert not (tmp_path / "pscb-mail.toml").exists()


def test_a_folder_in_which_only_backups_are_left_gets_no_new_settings(tmp_path: Path) -> None:
    """A restore would keep them, instead of those in the backup."""
    made = make_workspace(tmp_path / "old", ANSWERS)
    made.back_up("by-hand", datetime(2026, 12, 1, tzinfo=UTC))
    made.backups.rename(tmp_path / "backups")
    with pytest.raises(DatabaseError, match="holds backups of a list"):
        make_workspace(tmp_path, ANSWERS)
    assert not (tmp_path / "pscb-mail.toml").exists()


def test_a_git_ignore_of_the_users_own_is_kept(tmp_path: Path) -> None:
    """Theirs, not ours."""
    (tmp_path / ".gitignore").write_text("*.bak\n")
    make_workspace(tmp_path, ANSWERS)
    assert (tmp_path / ".gitignore").read_text() == "*.bak\n"


MINE = Answers("News", "News <news@council.test>")


def test_microsoft_365_gets_servers_sign_in_and_the_careful_pace(tmp_path: Path) -> None:
    """Nothing is to be looked up: hosts, ports, one session, 8 a minute, whose checks count."""
    settings = make_workspace(tmp_path / "new", with_microsoft(MINE, "tenant-1", "app-1")).settings
    [relay] = settings.relay
    assert (relay.label, relay.security, relay.auth, relay.connections) == (
        "smtp.office365.com:587", "starttls", "microsoft", 1,
    )  # fmt: skip
    assert (settings.signin.tenant, settings.signin.application) == ("tenant-1", "app-1")
    assert settings.pace.profile == "microsoft365-cis"
    assert settings.mailbox.source == "imaps://news%40council.test@outlook.office365.com/INBOX"
    assert (settings.mailbox.auth, settings.mailbox.authenticated_by) == ("microsoft", "microsoft365")


def test_gmail_gets_a_password_or_an_application(tmp_path: Path) -> None:
    """An application password is a password; OAuth needs a client id."""
    with_password = make_workspace(tmp_path / "a", with_google(MINE)).settings
    assert (with_password.relay[0].label, with_password.relay[0].security) == ("smtp.gmail.com:465", "tls")
    assert (with_password.relay[0].auth, with_password.mailbox.auth, with_password.pace.profile) == (
        "password", "password", "gmail",
    )  # fmt: skip
    assert with_password.mailbox.authenticated_by == "mx.google.com"
    oauth = make_workspace(tmp_path / "b", with_google(MINE, "id.apps.googleusercontent.com")).settings
    assert (oauth.relay[0].auth, oauth.mailbox.auth) == ("google", "google")
    assert oauth.signin.application == "id.apps.googleusercontent.com"


def test_a_relay_of_ones_own_is_written_as_it_was_found(tmp_path: Path) -> None:
    """Port, encryption, certificate authority, user name."""
    relay = Relay(host="mx.council.test", port=465, security="tls", auth="password", username="news", ca_file="/ca.pem")
    written = make_workspace(tmp_path / "new", with_relay(MINE, relay)).settings.relay[0]
    assert written == relay


@pytest.mark.parametrize(
    "name", ['The "News" \\ & more', "Café, Anytown", "# no comment", "Ünïcode [x]", "{{ 7 * 7 }}"]
)
def test_any_name_survives_the_settings_file(tmp_path: Path, name: str) -> None:
    """TOML, From and the comment at the top: nothing in a name is taken for anything else."""
    newsletter = make_workspace(tmp_path / "new", Answers(name, sender_of(name, "news@pscb.test"))).settings.newsletter
    assert (newsletter.name, newsletter.display_name, newsletter.address) == (name, name, "news@pscb.test")


def test_the_settings_are_commented_and_hold_no_secret(tmp_path: Path) -> None:
    """Every section says what it is for; there is no key for a password to be written to."""
    make_workspace(tmp_path / "new", with_microsoft(MINE))
    text = (tmp_path / "new" / "pscb-mail.toml").read_text(encoding="utf-8")
    assert text.count("\n#") > 12
    assert "password" not in "".join(line for line in text.splitlines() if not line.startswith("#"))
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("answers", [MINE, ANSWERS, with_microsoft(MINE, "t", "a"), with_google(MINE, "id")])
def test_the_settings_file_is_their_manual(answers: Answers) -> None:
    """An installed program has no docs beside it: every key stands in the file, and holds as it stands without its #."""
    text = settings_text(answers).replace('\n# source = "', "\n#")  # the example beside the empty answer
    written = tomllib.loads(re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE))
    Settings(**written)
    assert set(written) == set(Settings.model_fields)
    for table in ("newsletter", "pace", "retry", "mailbox", "design", "groups", "check", "backup", "retention"):
        known = Settings.model_fields[table].annotation.model_fields.items()
        assert set(written[table]) == {field.alias or key for key, field in known}, table
    # Providers whose limits are known sign mail themselves; Google has no tenants.
    unsigned = {"dkim"} if written["pace"]["profile"] != "none" else set()
    assert set(Relay.model_fields) - set(written["relay"][0]) == unsigned
    assert {"tenant", "application"} - set(written["signin"]) == ({"tenant"} if answers.auth == "google" else set())


def test_the_letter_asks_for_exactly_what_the_program_needs(tmp_path: Path) -> None:
    """The scopes that `login` asks for, this mailbox, this domain, this pace; ready to forward, nothing left to fill in."""
    folder = tmp_path / "new"
    make_workspace(folder, with_microsoft(MINE))
    letter = (folder / LETTER).read_text(encoding="utf-8")
    for scope in permissions("microsoft", ("relay", "mailbox")):
        assert f"`{scope.rpartition('/')[2]}`" in letter
    for part in ("Set-CASMailbox -Identity 'news@council.test' -SmtpClientAuthenticationDisabled $false", "http://localhost",
                 "-ConsentType 'Principal'", "'User.ReadBasic.All', 'Application.ReadWrite.All'", "Get-DkimSigningConfig -Identity 'council.test'", "8 messages a minute",
                 "450 an hour, 900 a day", "data protection officer", "`pscb-mail forget`"):  # fmt: skip
        assert part in letter
    assert "{{" not in letter
    assert "{%" not in letter


def test_an_apostrophe_ends_no_quotation_in_the_letters_commands() -> None:
    """o'brien@… is an address; in PowerShell it is written twice."""
    letter = letter_text(with_microsoft(Answers("News", "News <o'brien@council.test>")))
    assert "Set-CASMailbox -Identity 'o''brien@council.test'" in letter
    blocks = re.findall(r"```powershell(.*?)```", letter, re.DOTALL)
    assert blocks
    assert not any("o'brien" in block for block in blocks)


def test_only_microsoft_365_needs_the_letter_and_a_letter_that_is_there_is_kept(tmp_path: Path) -> None:
    """It may have been written into."""
    make_workspace(tmp_path / "gmail", with_google(MINE))
    assert not (tmp_path / "gmail" / LETTER).exists()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / LETTER).write_text("mine")
    make_workspace(tmp_path / "own", with_microsoft(MINE))
    assert (tmp_path / "own" / LETTER).read_text() == "mine"
