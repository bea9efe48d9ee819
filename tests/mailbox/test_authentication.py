"""Authentication-Results: only those of the server that we trust, only the topmost, only for the domain in From."""

import pytest

from pscb_mail.mailbox.incoming import read

US = "mx.pscb.example"


@pytest.mark.parametrize(
    ("headers", "by", "vouched"),
    [
        (f"Authentication-Results: {US}; dmarc=pass header.from=school.example", US, True),
        (f"Authentication-Results: {US} 1; dkim=pass header.d=school.example", US, True),
        (f"Authentication-Results: {US}; dkim=pass header.i=@school.example", US, True),
        (f"Authentication-Results: {US}; spf=pass smtp.mailfrom=bounces@school.example", US, True),
        (f"Authentication-Results: {US}; dkim=pass header.d=evil.example", US, False),
        (
            f"Authentication-Results: {US}; spf=pass smtp.mailfrom=jo@evil.example; dmarc=fail header.from=school.example",
            US,
            False,
        ),
        (f"Authentication-Results: {US}; dmarc=fail (dmarc=pass) header.from=school.example", US, False),
        (f"Authentication-Results: {US}; dmarc=pass header.from=evil.example", US, False),
        (f"Authentication-Results: {US}; none", US, False),
        ("Authentication-Results: mx.evil.example; dmarc=pass header.from=school.example", US, False),
        (f"Authentication-Results: {US}; dmarc=fail\nAuthentication-Results: {US}; dmarc=pass", US, False),
        ("Authentication-Results: other; dmarc=fail\nAuthentication-Results: mx.pscb.example; dmarc=pass", US, True),
        (f"Authentication-Results: {US}; dmarc=pass", "", False),
        (
            "Authentication-Results: spf=pass smtp.mailfrom=school.example; dmarc=pass header.from=school.example",
            "microsoft365",
            True,
        ),
        ("Authentication-Results: mx.evil.example; dmarc=pass header.from=school.example", "microsoft365", False),
        (
            "Authentication-Results: dmarc=fail\nAuthentication-Results: dmarc=pass header.from=school.example",
            "microsoft365",
            False,
        ),
        ("X-MS-Exchange-Organization-AuthAs: Internal", "microsoft365", True),
        ("X-MS-Exchange-Organization-AuthAs: Anonymous", "microsoft365", False),
        ("X-MS-Exchange-Organization-AuthAs: Internal", US, False),
        (f"From: ann@evil.example\nAuthentication-Results: {US}; dmarc=pass", US, False),
        ("", US, False),
    ],
)
def test_only_our_own_server_vouches_for_the_domain_in_from(headers: str, by: str, vouched: bool):
    raw = f"{headers}\nFrom: jo@school.example\n\nhi" if headers else "From: jo@school.example\n\nhi"
    assert read(raw.encode()).authenticated(by) is vouched


def test_a_domain_above_that_anybody_may_register_under_vouches_for_nobody():
    raw = f"Authentication-Results: {US}; dkim=pass header.d=sch.uk\nFrom: jo@school.sch.uk\n\nhi"
    assert read(raw.encode()).authenticated(US) is False
