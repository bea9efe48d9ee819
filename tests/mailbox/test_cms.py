"""What was signed comes out of its signature: whole, as far as it is there, and of nothing else anything at all."""

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pscb_mail.mailbox.parsing.cms import signed_content

CASES = Path(__file__).parent.parent / "data" / "incoming"


def der(case: str) -> bytes:
    return base64.b64decode((CASES / case / "message.eml").read_bytes().partition(b"\n\n")[2])


@pytest.mark.parametrize("case", ["145-smime-opaque", "146-smime-opaque-as-a-file"])
def test_the_signed_content_is_read_as_far_as_it_is_there(case: str):
    """What stands behind a large attachment may be cut off."""
    whole = der(case)
    content = signed_content(whole)
    assert content.startswith(b"Content-Type: multipart/alternative")
    assert content.endswith(b"--in--\r\n")
    assert all(content.startswith(signed_content(whole[:size])) for size in range(len(whole)))
    assert signed_content(whole[:300]) == content[: len(signed_content(whole[:300]))] != b""


def test_what_is_encrypted_holds_nothing_to_read():
    assert signed_content(der("147-smime-enveloped")) == b""


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_bytes_are_read(data: bytes, kept: int):
    assert isinstance(signed_content(der("146-smime-opaque-as-a-file")[:kept] + data), bytes)


@pytest.mark.parametrize("piece", [b"\x30\x80", b"\x24\x80", b"\x04\x00", b"\x00\x00", b"\x30\x84\xff\xff\xff\xff"])
def test_no_structure_takes_long(piece: bytes):
    began = time.process_time()
    signed_content(piece * 50_000)
    signed_content(der("146-smime-opaque-as-a-file")[:50] + piece * 50_000)
    assert time.process_time() - began < 5
