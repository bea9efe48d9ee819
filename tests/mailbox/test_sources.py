"""Sources: what each yields, what filing does to it, and what is told where it cannot be one."""

import contextlib
import io
import mailbox as mailboxes
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nobody import without_rights

from pscb_mail.errors import Exit, NotNowError, PscbMailError, UsageError
from pscb_mail.mailbox import incoming
from pscb_mail.mailbox.messages import CAP, Source
from pscb_mail.mailbox.sources import name_of, open_source
from pscb_mail.settings import Settings

ONE, TWO = b"Subject: one\n\nfirst\n", b"Subject: two\n\nsecond\n"


def settings(**mailbox: str) -> Settings:
    return Settings(newsletter={"name": "News", "from": "news@pscb.test"}, mailbox=mailbox)


def maildir(folder: Path, *messages: bytes) -> Path:
    box = folder / "box"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    for number, raw in enumerate(messages):
        (box / "new" / f"{number}.mail.test").write_bytes(raw)
    return box


def opened(text: str, **mailbox: str) -> Source:
    return open_source(text, settings(**mailbox), Path("/nowhere"))


def all_of(source: Source, since: datetime | None = None) -> list[bytes]:
    return [arrived.raw for arrived in source.messages(since, None)]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_one_message_that_stays_where_it_is(tmp_path: Path) -> None:
    """Single files are only read; their source is the file's name."""
    (tmp_path / "reply.eml").write_bytes(ONE)
    source = opened(str(tmp_path / "reply.eml"))
    [arrived] = source.messages(datetime.now(UTC) + timedelta(days=1), None)
    assert (arrived.source, arrived.raw, source.lasting) == ("reply.eml", ONE, False)
    source.file(arrived)
    source.close()
    assert files(tmp_path) == ["reply.eml"]


def test_standard_input_is_one_message() -> None:
    """`-` is what a mail server's filter calls with."""
    source = open_source("-", settings(), Path(), stdin=io.BytesIO(TWO))
    assert [(arrived.source, arrived.raw) for arrived in source.messages(None, None)] == [("-", TWO)]
    assert list(open_source("-", settings(), Path(), stdin=io.BytesIO()).messages(None, None)) == []


NO_MAIL = {
    "photo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR: x",
    "old.zip": b"PK\x03\x04\x14\0\0\0\x08\0reply.eml: x",
    "letter.pdf": b"%PDF-1.7\n1 0 obj\n<< /Title (Subject: x) >>",
    "reply.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
    "notes.txt": b"Dear editor\n\nSubject: x\n",
}


@pytest.mark.parametrize("name", NO_MAIL)
def test_what_is_no_mail_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    """A picture read as mail would only puzzle its reader."""
    (tmp_path / name).write_bytes(NO_MAIL[name])
    with pytest.raises(UsageError, match=f"{name} is no mail"):
        opened(str(tmp_path / name))
    with pytest.raises(UsageError, match="Standard input is no mail"):
        open_source("-", settings(), Path(), stdin=io.BytesIO(NO_MAIL[name]))


def test_a_message_saved_with_a_byte_order_mark_is_one(tmp_path: Path) -> None:
    """Notepad writes it, before the first header."""
    (tmp_path / "reply.eml").write_bytes(b"\xef\xbb\xbf" + ONE)
    [raw] = all_of(opened(str(tmp_path / "reply.eml")))
    assert incoming.read(raw).subject == "one"


@pytest.mark.parametrize("kind", ["file", "maildir", "mbox", "stdin"])
def test_a_huge_message_is_read_up_to_the_cap(tmp_path: Path, kind: str) -> None:
    """Thirty megabytes of attachment never reach memory."""
    raw = b"Subject: big\n\n" + b"x" * (CAP + 1000)
    match kind:
        case "file":
            (tmp_path / "big.eml").write_bytes(raw)
            source = opened(str(tmp_path / "big.eml"))
        case "stdin":
            source = open_source("-", settings(), Path(), stdin=io.BytesIO(raw))
        case "maildir":
            source = opened(f"maildir:{maildir(tmp_path, raw)}")
        case _:
            with contextlib.closing(mailboxes.mbox(tmp_path / "box")) as box:
                box.add(raw)
            source = opened(f"mbox:{tmp_path / 'box'}")
    [read] = all_of(source)
    source.close()
    assert read == raw[:CAP]


def test_a_maildir_gives_new_and_cur_and_files_what_was_handled(tmp_path: Path) -> None:
    """Seen or not, mail is read; handled mail moves with its flags into the subfolder, Maildir++ fashion."""
    box = maildir(tmp_path, ONE)
    (box / "cur" / "seen:2,S").write_bytes(TWO)
    (box / "cur" / "trash:2,ST").write_bytes(b"Subject: deleted by its owner\n\n")
    source = opened(f"maildir:{box}")
    found = list(source.messages(None, None))
    assert sorted(arrived.raw for arrived in found) == [ONE, TWO]
    for arrived in found:
        source.file(arrived)
        source.file(arrived)
    assert files(box) == [
        ".Newsletter.Done/cur/0.mail.test",
        ".Newsletter.Done/cur/seen:2,S",
        ".Newsletter.Done/maildirfolder",
        "cur/trash:2,ST",
    ]
    assert all_of(source) == []


def test_the_settings_name_the_folder_for_handled_mail(tmp_path: Path) -> None:
    """`filed` is one folder to the user, whatever the mailbox calls it."""
    box = maildir(tmp_path, ONE)
    source = opened(f"maildir:{box}", filed="Erledigt")
    for arrived in source.messages(None, None):
        source.file(arrived)
    assert (box / ".Erledigt" / "cur" / "0.mail.test").read_bytes() == ONE


def test_a_message_that_is_taken_away_meanwhile_is_no_fault(tmp_path: Path) -> None:
    """The owner's mail program may move mail while we read."""
    box = maildir(tmp_path, ONE, TWO)
    source = opened(f"maildir:{box}")
    messages = source.messages(None, None)
    first = next(messages)
    for path in (box / "new").iterdir():
        path.unlink()
    assert list(messages) == []
    source.file(first)
    assert files(box) == [".Newsletter.Done/maildirfolder"]


def test_mail_from_before_is_left_out(tmp_path: Path) -> None:
    """The mailbox may be somebody's own, with years in it."""
    box = maildir(tmp_path, ONE)
    source = opened(f"maildir:{box}")
    assert all_of(source, datetime.now(UTC) + timedelta(hours=1)) == []
    assert all_of(source, datetime.now(UTC) - timedelta(hours=1)) == [ONE]


def test_an_mbox_is_read_in_order_and_never_changed(tmp_path: Path) -> None:
    """The source of a message is its number in the file; a date in its From_ line counts."""
    path = tmp_path / "box"
    path.write_bytes(
        b"From a@b.test Fri Jan  1 00:00:00 2010\n" + ONE + b"\nFrom c@d.test Tue Nov  3 10:00:00 2026\n" + TWO + b"\n"
    )
    before = path.read_bytes()
    source = opened(f"mbox:{path}")
    assert [(each.source, each.raw.strip()) for each in source.messages(None, None)] == [
        ("1", ONE.strip()),
        ("2", TWO.strip()),
    ]
    assert [raw.strip() for raw in all_of(source, datetime(2020, 1, 1, tzinfo=UTC))] == [TWO.strip()]
    source.file(next(iter(source.messages(None, None))))
    source.close()
    assert path.read_bytes() == before
    assert files(tmp_path) == ["box"]


FIRST, SECOND = b"From a@b.test Fri Jan  1 00:00:00 2010\n", b"From - Tue Nov  3 10:00:00 2026\n"
DEEP = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))


@pytest.mark.parametrize("bad", ["From jörg@x.test gestern\n".encode() + TWO, b"From x\n" + DEEP, b"From \xff\n" + TWO])
def test_one_message_of_an_mbox_never_hides_the_others(tmp_path: Path, bad: bytes) -> None:
    """Of its From_ line the date is looked at and nothing else; who cannot write one well is read all the same."""
    (tmp_path / "box").write_bytes(FIRST + ONE + b"\n" + bad + b"\n" + SECOND + ONE)
    source = opened(f"mbox:{tmp_path / 'box'}")
    assert [each.source for each in source.messages(datetime(2020, 1, 1, tzinfo=UTC), None)] == ["2", "3"]
    source.close()


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (FIRST + ONE + b"\n" + SECOND + TWO, ["1", "2"]),
        (FIRST + ONE, ["saved"]),
        (FIRST + ONE + b"\nFrom Monday on I am in Leeds.\n", ["saved"]),
        (FIRST + ONE + SECOND + b"\nis what it says\n", ["saved"]),
        (ONE + b"\n" + SECOND + TWO, ["saved"]),
    ],
)
def test_a_file_of_several_messages_is_read_as_the_mbox_that_it_is(
    tmp_path: Path, data: bytes, read: list[str]
) -> None:
    """Taken for one, it would put everybody's words into the first one's mouth; standard input is refused for that."""
    (tmp_path / "saved").write_bytes(data)
    source = opened(str(tmp_path / "saved"))
    assert [each.source for each in source.messages(None, None)] == read
    source.close()
    refused = pytest.raises(UsageError, match="Standard input holds several messages")
    with refused if len(read) > 1 else contextlib.nullcontext():
        open_source("-", settings(), Path(), stdin=io.BytesIO(data))


def test_a_mailbox_has_its_name_before_it_is_opened(tmp_path: Path) -> None:
    """By it is known when it was read last; a single file is no mailbox, and what is wrong in the settings is told later."""
    (tmp_path / "box").write_bytes(b"")
    (tmp_path / "one.eml").write_bytes(ONE)
    for text in (f"MBOX:{tmp_path / 'box'}", "mbox:box", f"maildir:{maildir(tmp_path / 'folder')}"):
        with contextlib.chdir(tmp_path), contextlib.closing(opened(text)) as source:
            assert name_of(text, Path()) == source.name
    assert name_of("imaps://jo%40x.test@mail.test/INBOX", Path()) == "imaps://jo@x.test@mail.test:993/INBOX"
    assert [name_of(text, tmp_path) for text in ("one.eml", "", "-", "imap://jo@mail.test/INBOX")] == ["", "", "", ""]


def test_an_mbox_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    """Whoever delivers mail holds the lock; we come again."""
    path = tmp_path / "box"
    path.write_bytes(b"")
    Path(f"{path}.lock").touch()
    with pytest.raises(NotNowError, match="locked by another program"):
        opened(f"mbox:{path}")
    Path(f"{path}.lock").unlink()
    opened(f"mbox:{path}").close()


def test_while_an_mbox_is_read_it_is_locked(tmp_path: Path) -> None:
    """Nobody appends to a file that we are in."""
    path = tmp_path / "box"
    path.write_bytes(b"")
    source = opened(f"mbox:{path}")
    assert Path(f"{path}.lock").exists()
    source.close()
    assert not Path(f"{path}.lock").exists()


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", Exit.USAGE, "no mailbox in the settings"),
        ("missing.eml", Exit.USAGE, "There is no file missing.eml"),
        (".", Exit.USAGE, "is a folder"),
        ("maildir:/nowhere/at/all", Exit.USAGE, "no Maildir"),
        ("mbox:/nowhere/at/all", Exit.USAGE, "no mbox file"),
        ("imaps://jo:secret@mail.test/INBOX", Exit.USAGE, "password must not stand"),
        ("imap://jo@mail.test/INBOX", Exit.USAGE, "plain text"),
        ("imap://jo@127.0.0.1:99999/INBOX", Exit.USAGE, "not an IMAP address"),
        ("imaps:///INBOX", Exit.USAGE, "not an IMAP address"),
        ('imaps://jo@mail.test/INBOX"%0D%0AA1 LOGOUT', Exit.USAGE, "control character"),
        ('imaps://jo@mail.test/INBOX"\r\nA1 LOGOUT', Exit.USAGE, "control character"),
        ("imaps://jo%0d%0a@mail.test/INBOX", Exit.USAGE, "not an IMAP address"),
        ("imaps://mail.test/INBOX", Exit.SETTINGS, "names no user"),
    ],
)
def test_what_cannot_be_a_source_is_told(text: str, code: Exit, words: str) -> None:
    """Each says what is wrong and what a source looks like; a secret in it is never repeated."""
    with pytest.raises(PscbMailError) as caught:
        opened(text)
    assert words in caught.value.message
    assert caught.value.exit_code == code
    assert caught.value.hint
    assert "secret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("filed", ["../../etc", "a//b", "/x", ".x", "a\\b"])
def test_the_folder_for_handled_mail_stays_inside_the_maildir(tmp_path: Path, filed: str) -> None:
    """A setting never leads out of the mailbox."""
    with pytest.raises(UsageError, match="cannot be a folder of a Maildir"):
        opened(f"maildir:{maildir(tmp_path)}", filed=filed)


@pytest.mark.parametrize("name", ["1795653600.M1P2.DESKTOP-1", "1795653600.M2,T1P2.mail.test", "x;2,S", "x!2,RS"])
def test_only_the_flag_of_a_maildir_is_the_mark_of_trash(tmp_path: Path, name: str) -> None:
    """A capital T in the name of the computer that took the mail is none."""
    box = maildir(tmp_path)
    (box / "new" / name).write_bytes(ONE)
    for trash in ("y:2,ST", "y;2,T", "y!2,T"):
        (box / "cur" / trash).write_bytes(TWO)
    assert all_of(opened(f"maildir:{box}")) == [ONE]


def test_filing_never_replaces_what_has_been_filed_before(tmp_path: Path) -> None:
    """Two messages of one file name are both kept, with their flags; so is a file linked by a reading that was killed."""
    box = maildir(tmp_path)
    for raw in (ONE, TWO, b"Subject: three\n\n"):
        (box / "cur" / "same:2,S").write_bytes(raw)
        source = opened(f"maildir:{box}")
        for arrived in source.messages(None, None):
            source.file(arrived)
    filed = box / ".Newsletter.Done" / "cur"
    assert {path.name: path.read_bytes() for path in filed.iterdir()} == {
        "same:2,S": ONE, "same.1:2,S": TWO, "same.2:2,S": b"Subject: three\n\n",
    }  # fmt: skip
    (box / "cur" / "same:2,S").hardlink_to(filed / "same:2,S")
    for arrived in source.messages(None, None):
        source.file(arrived)
    assert len(list(filed.iterdir())) == 3
    assert all_of(source) == []


def test_messages_of_one_name_in_new_and_cur_are_filed_one_by_one(tmp_path: Path) -> None:
    """Each by its own path."""
    box = maildir(tmp_path, ONE)
    (box / "cur" / "0.mail.test").write_bytes(TWO)
    source = opened(f"maildir:{box}")
    [second] = [each for each in source.messages(None, None) if each.raw == TWO]
    source.file(second)
    assert all_of(source) == [ONE]


def test_a_file_name_that_is_no_text_is_read_shown_and_filed(tmp_path: Path) -> None:
    """On Linux a name may be any bytes; what is kept and shown of it is harmless text."""
    box = maildir(tmp_path)
    raw_name = b"a\xff\x1b[31m.mail"
    Path(os.fsdecode(os.fsencode(box / "new") + b"/" + raw_name)).write_bytes(ONE)
    source = opened(f"maildir:{box}")
    [arrived] = source.messages(None, None)
    assert arrived.source == "a\ufffd [31m.mail"
    source.file(arrived)
    assert [os.fsencode(path.name) for path in (box / ".Newsletter.Done" / "cur").iterdir()] == [raw_name]


def test_what_cannot_be_read_in_a_maildir_is_told_and_the_rest_is_read() -> None:
    """One bad file never stops the mailbox; a box that cannot be read at all, or filed in, is a sentence."""
    with without_rights() as folder:
        box = maildir(folder, ONE, TWO)
        (box / "new" / "0.mail.test").chmod(0)
        source = opened(f"maildir:{box}")
        found = [(each.source, each.raw, each.trouble) for each in source.messages(None, None)]
        assert found == [("0.mail.test", b"", "Permission denied"), ("1.mail.test", TWO, "")]
        (box / "new").chmod(0o500)
        with pytest.raises(NotNowError, match="cannot be filed"):
            source.file(list(source.messages(None, None))[1])
        (box / "new").chmod(0)
        with pytest.raises(UsageError, match="cannot be read"):
            all_of(source)


def test_an_mbox_that_cannot_be_read_is_a_sentence() -> None:
    """Where, and what to do."""
    with without_rights() as folder:
        (folder / "box").write_bytes(b"")
        (folder / "box").chmod(0)
        with pytest.raises(UsageError, match="cannot be read"):
            opened(f"mbox:{folder / 'box'}")
