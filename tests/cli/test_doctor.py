"""`doctor` as a user runs it: the screen, the JSON, the exit code."""

import base64
from pathlib import Path

from nameserver import NameServer
from program import workspace
from scripted import ScriptedServer

CANARY = "canary-secret"


def test_json_has_exactly_the_four_keys_and_errors_exit_with_one(tmp_path: Path) -> None:
    """Other programs read it; a shell asks for the code."""
    program = workspace(tmp_path, relay='host = "127.0.0.1"\nport = 1\nsecurity = "none"')
    with NameServer("", connected=False) as names:
        done = program("doctor", "--json", "--name-server", f"127.0.0.1:{names.port}", expect=1)
    assert {tuple(check) for check in done.json} == {("check", "result", "detail", "hint")}
    assert {check["result"] for check in done.json} == {"ok", "warning", "error", "not checked"}
    assert names.asked


def test_everything_in_place_exits_with_nought_and_sends_nothing(tmp_path: Path) -> None:
    """Warnings are no errors."""
    with ScriptedServer() as relay, NameServer("", connected=False) as names:
        program = workspace(tmp_path, relay=f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"')
        done = program("doctor", "--name-server", f"127.0.0.1:{names.port}")
    assert "sender" in done.out
    assert relay.taken == []


def test_the_screen_ends_with_what_to_do_first(tmp_path: Path) -> None:
    """And no line is wider than the terminal."""
    program = workspace(tmp_path, relay='host = "127.0.0.1"\nport = 1\nsecurity = "none"')
    program.env["COLUMNS"] = "60"
    with NameServer("", connected=False) as names:
        done = program.apart("doctor", "--name-server", f"127.0.0.1:{names.port}", expect=1)
    assert max(map(len, done.out.splitlines())) <= 60
    end = " ".join(done.out.rpartition("\n\n")[2].split())
    assert "1 error" in end
    assert "First: relay, connection. Check host, port" in end


def test_the_loop_sends_nothing_unless_somebody_says_yes(tmp_path: Path) -> None:
    """It is the one check that sends."""
    with ScriptedServer() as relay, NameServer("", connected=False) as names:
        program = workspace(
            tmp_path,
            relay=f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"',
            mailbox='source = "imap://newsletter%40pscb.test@127.0.0.1:1/INBOX"\nauth = "none"',
        )
        server = f"127.0.0.1:{names.port}"
        assert "--yes" in program("doctor", "--loop", "--name-server", server, expect=2).err
        assert relay.said == []
        done = program("doctor", "--loop", "--yes", "--json", "--name-server", server, expect=1)
    loop = {check["check"]: check["result"] for check in done.json if check["check"].startswith("loop")}
    assert loop.pop("loop: arrived") == "error"
    assert loop == dict.fromkeys(("loop: sent", "loop: authentication", "loop: DKIM"), "not checked")
    assert relay.taken == []


def test_broken_settings_are_told_as_a_check(tmp_path: Path) -> None:
    """The doctor is whom one asks when nothing else runs."""
    program = workspace(tmp_path, more='[newslettr]\nname = "x"\n')
    done = program("doctor", "--json", expect=1)
    assert done.json[0]["check"] == "settings"
    assert "Did you mean newsletter?" in done.json[0]["detail"]
    assert {check["result"] for check in done.json[1:]} == {"not checked"}


def test_outside_a_workspace_it_says_how_to_make_one(tmp_path: Path) -> None:
    """As every command does."""
    program = workspace(tmp_path)
    (tmp_path / "pscb-mail.toml").unlink()
    assert "pscb-mail init" in program("doctor", expect=2).err


def test_a_name_server_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    """A name cannot be one: who would look it up."""
    assert "192.0.2.53" in workspace(tmp_path)("doctor", "--name-server", "dns", expect=2).err


def test_verbose_shows_the_talk_with_its_sign_in_masked(tmp_path: Path) -> None:
    """For whoever runs the relay; beside the JSON, not in it."""
    coded = base64.b64encode(f"\0newsletter@pscb.test\0{CANARY}".encode())
    acts = {"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n", "AUTH": b"535 5.7.8 no: " + coded + b"\r\n"}
    with ScriptedServer(acts) as relay, NameServer("", connected=False) as names:
        label = f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"'
        program = workspace(tmp_path, relay=f'{label}\nauth = "password"')
        program.env["PSCB_MAIL_RELAY_PASSWORD"] = CANARY
        options = ("--name-server", f"127.0.0.1:{names.port}", "--verbose")
        shown = program("doctor", *options, expect=1).err
        quiet = program("doctor", *options[:2], expect=1)
        assert program("doctor", *options, "--json", expect=1).json
    assert any(line.startswith("AUTH PLAIN ") for line in relay.said)
    for said in ("> EHLO [127.0.0.1]", "> AUTH PLAIN ***", "< 535 5.7.8 no: ***"):
        assert said in shown
        assert said not in quiet.out + quiet.err
    assert CANARY not in shown
    assert coded.decode() not in shown


def test_no_secret_is_printed_nor_said_where_it_must_not_be(tmp_path: Path) -> None:
    """A relay without encryption on the way gets no password, and the screen shows none."""
    with ScriptedServer({"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n"}) as relay, NameServer("", connected=False) as names:
        program = workspace(
            tmp_path, relay=f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "starttls"\nauth = "password"'
        )
        program.env["PSCB_MAIL_RELAY_PASSWORD"] = CANARY
        done = program("doctor", "--name-server", f"127.0.0.1:{names.port}", expect=1)
    assert "STARTTLS" in done.out
    assert CANARY not in done.out + done.err + "".join(relay.said)
    assert not any(line.upper().startswith("AUTH") for line in relay.said)
