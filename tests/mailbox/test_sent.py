"""The Sent folder of a real server settles copies in doubt, and proves nothing where it has none of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dovecot import PASSWORD, Dovecot, running_dovecot
from office import Office, office
from scripted import ScriptedServer, hang_up

from pscb_mail.desk import dispatch
from pscb_mail.errors import SettingsError
from pscb_mail.mailbox.sent import copies_sent
from pscb_mail.sending import attempts, ledger
from pscb_mail.sending.delivery import State
from pscb_mail.sending.lock import send_lock
from pscb_mail.settings_file import read_settings

pytestmark = pytest.mark.real

JO, SAM = "jo@school.test", "sam@health.test"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def in_doubt(tmp_path: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Office, bytes]]:
    """A mailing of two copies that the relay took without saying so, and the bytes of the first."""
    monkeypatch.setenv("PSCB_MAIL_MAILBOX_PASSWORD", PASSWORD)
    with ScriptedServer({"BODY": hang_up}) as relay:
        desk = office(tmp_path, relay.port, JO, SAM)
        desk.send()
        ca_file = f'ca_file = "{dovecot.ca_file}"'
        path = desk.workspace.folder / "pscb-mail.toml"
        path.write_text(path.read_text().replace('source = ""', f'source = "{dovecot.url(tls=True)}"\n{ca_file}'))
        desk.workspace = type(desk.workspace)(desk.workspace.folder, read_settings(path))
        yield desk, relay.taken[0][2]
        desk.db.close()


def states(desk: Office) -> list[State]:
    return sorted(line.state for line in attempts.log(desk.db, "issue-7"))


def put(dovecot: Dovecot, folder: str, *messages: bytes) -> None:
    with dovecot.client() as client:
        if not client.folder_exists(folder):
            client.create_folder(folder)
    for message in messages:
        dovecot.append(message, folder)


def test_a_copy_found_in_sent_was_sent_and_the_other_stays_in_doubt(
    in_doubt: tuple[Office, bytes], dovecot: Dovecot
) -> None:
    """Found by Message-ID among ordinary mail; not finding one proves nothing."""
    desk, copy = in_doubt
    assert states(desk) == [State.UNKNOWN, State.UNKNOWN]
    put(dovecot, "Sent", b"From: me@pscb.test\r\nSubject: lunch\r\nMessage-ID: <lunch@pscb.test>\r\n\r\nHi\r\n", copy)
    settled = dispatch.settle_doubts(desk.db, desk.workspace, "issue-7", desk.now())
    assert (settled.found, settled.trouble) == (1, None)
    assert states(desk) == [State.SENT, State.UNKNOWN]


def test_what_was_in_flight_when_the_program_died_is_looked_for_before_anybody_is_asked(
    in_doubt: tuple[Office, bytes], dovecot: Dovecot
) -> None:
    """It is in doubt only once nobody sends any more; then Sent can prove it, and no second copy is offered."""
    desk, copy = in_doubt
    put(dovecot, "Sent", copy)
    with send_lock(desk.db, desk.workspace.lock_path, "issue-7", "somebody", desk.now()):
        desk.db.execute("UPDATE delivery SET state = 'in_flight'")
        dispatch.doubt_the_dead(desk.db, desk.workspace, "issue-7", "tester", desk.now())
        assert states(desk) == [State.IN_FLIGHT, State.IN_FLIGHT]
    dispatch.doubt_the_dead(desk.db, desk.workspace, "issue-7", "tester", desk.now())
    dispatch.settle_doubts(desk.db, desk.workspace, "issue-7", desk.now())
    assert states(desk) == [State.SENT, State.UNKNOWN]


def test_a_rewritten_message_id_does_not_hide_a_copy(in_doubt: tuple[Office, bytes], dovecot: Dovecot) -> None:
    """Exchange Online gives its own, to which replies will refer: it is kept; X-PSCB-Mail survives."""
    desk, copy = in_doubt
    lines = copy.split(b"\r\n")
    place = next(n for n, line in enumerate(lines) if line.lower().startswith(b"message-id:"))
    lines[place] = b"Message-ID: <AB1PR01MB0001@AB1PR01MB0001.prod.test>"
    put(dovecot, "Sent", b"\r\n".join(lines))
    assert dispatch.settle_doubts(desk.db, desk.workspace, "issue-7", desk.now()).found == 1
    known = ledger.delivery_by_message_id(desk.db, "<AB1PR01MB0001@AB1PR01MB0001.prod.test>")
    assert known is not None
    assert known.state is State.SENT


def test_a_folder_that_cannot_be_read_leaves_every_doubt(in_doubt: tuple[Office, bytes]) -> None:
    """The trouble is told; nothing is guessed."""
    desk, _ = in_doubt
    settings = desk.workspace.settings
    wrong = settings.model_copy(update={"mailbox": settings.mailbox.model_copy(update={"sent": "No/Such"})})
    desk.workspace = type(desk.workspace)(desk.workspace.folder, wrong)
    settled = dispatch.settle_doubts(desk.db, desk.workspace, "issue-7", desk.now())
    assert settled.found == 0
    assert settled.trouble is not None
    assert states(desk) == [State.UNKNOWN, State.UNKNOWN]


def test_copies_older_than_asked_for_are_not_fetched(in_doubt: tuple[Office, bytes], dovecot: Dovecot) -> None:
    """A Sent folder may hold years."""
    desk, copy = in_doubt
    put(dovecot, "Sent", copy)
    assert copies_sent(desk.workspace.settings, datetime.now(UTC) + timedelta(days=3)) == {}


def test_a_server_without_a_sent_folder_asks_for_its_name(in_doubt: tuple[Office, bytes], dovecot: Dovecot) -> None:
    """`sent` under [mailbox] names it."""
    desk, _ = in_doubt
    with dovecot.client() as client:
        if client.folder_exists("Sent"):
            client.delete_folder("Sent")
    with pytest.raises(SettingsError) as caught:
        copies_sent(desk.workspace.settings, desk.at)
    assert "[mailbox]" in caught.value.hint
