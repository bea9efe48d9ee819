"""The settings file: read, overridden, checked, every mistake told at once."""

from pathlib import Path

import pytest
from nobody import without_rights

from pscb_mail.errors import Exit, SettingsError
from pscb_mail.settings import Settings
from pscb_mail.settings_file import read_settings

MINIMAL = '[newsletter]\nname = "News"\nfrom = "News <news@pscb.test>"\n'


def read(folder: Path, text: str) -> Settings:
    path = folder / "pscb-mail.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def mistakes_in(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    assert caught.value.exit_code is Exit.SETTINGS
    assert caught.value.hint
    return caught.value.message


def test_what_most_people_leave_out_is_derived(tmp_path: Path) -> None:
    """Replies to the address in From, a list id in its domain, the database beside the settings."""
    newsletter = read(tmp_path, MINIMAL).newsletter
    assert (newsletter.address, newsletter.reply_to, newsletter.list_id, newsletter.domain, newsletter.database) == (
        "news@pscb.test", "news@pscb.test", "newsletter.pscb.test", "pscb.test", "pscb-mail.db",
    )  # fmt: skip


def test_the_project_is_a_workspace_whose_settings_hold() -> None:
    """The sample at the top level is read as it stands."""
    settings = read_settings(Path(__file__).parents[1] / "pscb-mail.toml")
    assert settings.relay[0].label == "127.0.0.1:25"


def test_every_setting_of_the_contract_is_understood(tmp_path: Path) -> None:
    """A file with every key there is."""
    settings = read(tmp_path, (Path(__file__).parent / "data" / "every-setting.toml").read_text(encoding="utf-8"))
    assert settings.relay[0].dkim.selector == "s1"
    assert settings.audiences["schools"].not_ == ("Board",)
    assert settings.pace.per_hour == 400
    assert (settings.retry.after_minutes, settings.retry.give_up_after_hours) == ((5, 30), 24)
    assert settings.check.ignore == {"caps": "a name"}
    assert settings.newsletter.away_replies is False


def test_all_mistakes_are_told_at_once_each_with_its_key(tmp_path: Path) -> None:
    """Nobody mends a file one error at a time."""
    message = mistakes_in(
        tmp_path,
        '[newsletter]\nname = "N"\nfrm = "x"\ntime_zone = "Europe/Londn"\n[pace]\nper_hour = -1\n[relays]\nhost = "h"\n',
    )
    for part in ("newsletter.frm is not a setting. Did you mean from?", "newsletter.from is missing",
                 "newsletter.time_zone", "pace.per_hour", "relays is not a setting. Did you mean relay?"):  # fmt: skip
        assert part in message
    assert all(line.startswith(str(tmp_path / "pscb-mail.toml")) for line in message.splitlines())
    for derived in ("reply_to", "list_id"):  # nobody set them: what follows from a mistake is not one more
        assert derived not in message
    assert len(mistakes_in(tmp_path, MINIMAL.replace("News <", "Ely, Jo <")).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[newsletter\n", "not valid TOML"),
        (MINIMAL.replace("news@pscb.test", "news@pscb.test>\\r\\nBcc: x@y.test"), "newsletter.from"),
        (MINIMAL.replace('"News"', '"Ne\\u202ews"'), "newsletter.name"),
        (MINIMAL + '[[relay]]\nhost = "smtp.pscb.test"\nsecurity = "none"\n', "allow_plain_text"),
        (MINIMAL + '[[relay]]\nhost = "smtp.office365.com"\nport = 587\n', 'profile = "microsoft365-cis"'),
        (MINIMAL + '[[relay]]\nhost = "smtp.pscb.test"\nport = 0\n', "relay.1.port"),
        (
            MINIMAL
            + '[pace]\nprofile = "gmail"\n[[relay]]\nhost = "smtp.gmail.com"\n'
            + 'dkim = { domain = "a.test", selector = "s", key_file = "k" }\n',
            "signs mail itself",
        ),
        (MINIMAL + '[mailbox]\nsource = "pop3://x"\n', "source must be"),
        (MINIMAL + '[mailbox]\nsource = "imaps://u@h/INBOX%22%0D%0AA1 LOGOUT"\n', "control character"),
        (MINIMAL + '[design]\ncolour = "blue"\n', "design.colour"),
        (MINIMAL + "[retry]\nafter_minutes = []\n", "retry.after_minutes must be a list with something in it"),
        ("newsletter = 3\n", "newsletter must be a table, not 3."),
        ('[newsletter]\nname = "N"\nfrom = 3\n', "newsletter.from must be text in quotes, not 3."),
        (MINIMAL.replace("News <news@pscb.test>", "a@pscb.test, b@pscb.test"), "must be one address"),
        (MINIMAL.replace("News <", "Ely, Jo <"), "a name with a comma in it stands in quotes"),
        (MINIMAL.replace("News <news@pscb.test>", "a@pscb.test,"), "must be one address"),
        (MINIMAL.replace("News <news@pscb.test>", "pscb.test"), "is not an address such as"),
        (MINIMAL + 'language = "english"\n', '"english" is not a language such as en-GB.'),
        (MINIMAL + 'list_id = "x y"\n', '"x y" is not a list id such as newsletter.pscb.example.'),
        (MINIMAL + 'away_replies = "maybe"\n', "newsletter.away_replies must be true or false, not 'maybe'."),
        (MINIMAL + '[relay]\nhost = "smtp.pscb.test"\n', "relay: write [[relay]]"),
        (MINIMAL + '[[relay]]\nhost = "smtp.pscb.test:587"\n', "its port stands under port."),
        (MINIMAL + '[[relay]]\nhost = "a:b:c"\n', "its port stands under port."),
        (MINIMAL + '[[relay]]\nhost = ":::::::"\n', "its port stands under port."),
        (MINIMAL + '[[relay]]\nhost = "::1%\\n"\n', "its port stands under port."),
        (
            MINIMAL + '[[relay]]\nhost = "smtp.pscb.test"\nport = 99999\n',
            "relay.1.port must be 65535 or less, not 99999.",
        ),
        (MINIMAL + '[[relay]]\nhost = "h"\nsecurity = "ssl"\n', "must be 'starttls', 'tls' or 'none', not 'ssl'."),
        (MINIMAL + "[backup]\nkeep = 1.5\n", "backup.keep must be a whole number, not 1.5."),
        (MINIMAL + '[check]\nacronyms = "MASH"\n', "check.acronyms must be a list in square brackets, not 'MASH'."),
        (MINIMAL + '[mailbox]\npassword = "secret"\n', "mailbox.password is not a setting"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(tmp_path: Path, text: str, told: str) -> None:
    """One row a kind of mistake."""
    assert told in mistakes_in(tmp_path, text)


@pytest.mark.parametrize(
    ("content", "told", "hint"),
    [
        ('folder = "C:\\Users"', "not valid TOML", r"folder = 'C:\Backups'"),
        ('name = "N"'.encode("utf-16"), "is no UTF-8 text", "Save it as UTF-8"),
    ],
)
def test_what_an_editor_on_windows_may_have_written_is_told_with_the_way_out(
    tmp_path: Path, content: str | bytes, told: str, hint: str
) -> None:
    """A path in the quotes of text, the encoding that Notepad calls Unicode."""
    path = tmp_path / "pscb-mail.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SettingsError, match=told) as caught:
        read_settings(path)
    assert hint in caught.value.hint


def test_a_file_that_nobody_may_read_is_told_for_that() -> None:
    """Saving it anew would not help."""
    with without_rights() as folder:
        path = folder / "pscb-mail.toml"
        path.write_text(MINIMAL)
        path.chmod(0)
        with pytest.raises(SettingsError, match=r"cannot be read: Permission denied\.") as caught:
            read_settings(path)
        assert caught.value.hint == "Check its rights."


def test_a_missing_file_says_which_command_writes_one(tmp_path: Path) -> None:
    """No settings, no traceback."""
    with pytest.raises(SettingsError, match="does not exist") as caught:
        read_settings(tmp_path / "pscb-mail.toml")
    assert "init" in caught.value.hint


def test_plain_text_is_allowed_on_this_machine_alone(tmp_path: Path) -> None:
    """Loopback needs no encryption; elsewhere it must be said aloud."""
    for host in ("127.0.0.1", "localhost", "::1"):
        assert read(tmp_path, f'{MINIMAL}[[relay]]\nhost = "{host}"\nsecurity = "none"\n').relay[0].is_loopback
    spoken = f'{MINIMAL}[[relay]]\nhost = "mx.pscb.test"\nsecurity = "none"\nallow_plain_text = true\n'
    assert read(tmp_path, spoken).relay[0].allow_plain_text


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One setting by its name; the relays as one JSON list."""
    monkeypatch.setenv("PSCB_MAIL__PACE__PER_HOUR", "400")
    monkeypatch.setenv("PSCB_MAIL__RELAY", '[{"host": "127.0.0.1", "port": 2525, "security": "none"}]')
    settings = read(tmp_path, MINIMAL + "[pace]\nper_hour = 1\nper_day = 7\n")
    assert (settings.pace.per_hour, settings.pace.per_day, settings.relay[0].port) == (400, 7, 2525)


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ({"PACE": '{"per_hour": 5}', "PACE__PER_HOUR": "9"}, "pace.per_hour = 9"),
        ({"pace": '{"per_hour": 5}'}, "pace = {per_hour = 5, per_day = 7}"),
        ({"AUDIENCES__SCHOOLS__NOT": '["Board"]'}, "audiences.schools.not = ['Board']"),
        ({"AUDIENCES__SCHOOLS": '{"to": ["Heads"]}'}, "audiences.schools.to = ['Heads']"),
        ({"CHECK__IGNORE__CAPS": "5 names"}, "check.ignore.caps = '5 names'"),
        ({"CHECK__ACRONYMS": '["MASH"]'}, "check.acronyms = ['MASH']"),
        ({"NEWSLETTER__FROM": "A <a@b.test>", "NEWSLETTER__AWAY_REPLIES": "no"},
         "newsletter.from = 'A <a@b.test>'\nnewsletter.away_replies = false"),
        ({"RELAY": '[{"host": "::1", "dkim": {"domain": "d"}}]'}, "relay = [{host = '::1', dkim = {domain = 'd'}}]"),
    ],
)  # fmt: skip
def test_an_override_means_what_it_would_mean_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], stands: str
) -> None:
    """A table or a list is JSON, a text is as it is; a key is stronger than its table, and leaves the others be."""
    file = MINIMAL.replace("[newsletter]\n", "newsletter.").replace("\nfrom", "\nnewsletter.from")
    rest = "" if stands.startswith("pace =") else "pace.per_day = 7\n"
    kept = "\n".join(line for line in file.splitlines() if line.split(" =")[0] not in stands)
    expected = read(tmp_path, f"{kept}\n{rest}{stands}\n")
    for name, value in given.items():
        monkeypatch.setenv(f"PSCB_MAIL__{name}", value)
    assert read(tmp_path, f"{file}pace.per_day = 7\n") == expected


def test_a_wrong_override_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken JSON in the environment is the environment's fault, and the variable is named."""
    monkeypatch.setenv("PSCB_MAIL__CHECK__ACRONYMS", "MASH")
    assert "The environment's PSCB_MAIL__CHECK__ACRONYMS is not JSON" in mistakes_in(tmp_path, MINIMAL)


@pytest.mark.deep
def test_an_override_that_nests_without_end_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSCB_MAIL__RELAY", "[" * 100_000)
    assert "nest too deeply" in mistakes_in(tmp_path, MINIMAL)


def test_an_override_of_a_table_that_there_is_not_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the nearest name; a password and other variables of the program's with one underscore are none."""
    monkeypatch.setenv("PSCB_MAIL_RELAY_PASSWORD", "x")
    monkeypatch.setenv("PSCB_MAIL__PACEE__PER_HOUR", "400")
    told = mistakes_in(tmp_path, MINIMAL)
    assert told == "The environment's PSCB_MAIL__PACEE__PER_HOUR names no setting. Did you mean pace?"


def test_files_are_found_from_wherever_the_program_runs(tmp_path: Path) -> None:
    """A certificate or a key named in the settings stands beside them."""
    settings = read(tmp_path, (Path(__file__).parent / "data" / "every-setting.toml").read_text(encoding="utf-8"))
    assert settings.relay[0].ca_file == str(tmp_path / "ca.pem")
    assert settings.relay[0].dkim.key_file == str(tmp_path / "dkim.pem")
    assert settings.mailbox.ca_file == ""


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """Windows editors write one."""
    assert read(tmp_path, "\ufeff" + MINIMAL).newsletter.name == "News"
