"""Whether a receiving server vouches for the domain in From (RFC 8601).

Pure. Anyone can write an Authentication-Results header, so only the topmost of the server that we trust counts: the one
whose authserv-id the settings name, or for `microsoft365` the topmost header without an authserv-id, which is how
Exchange Online writes it. A DMARC pass counts; so does a DKIM or SPF pass of the domain in From or one it belongs to.
"""

import re

Headers = tuple[tuple[str, str], ...]

MICROSOFT = "microsoft365"
_METHOD = re.compile(r"^\s*(dmarc|dkim|spf)\s*(?:/\s*\d+\s*)?=\s*(\w+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header\.d|header\.i|header\.from|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE)


def authenticated(headers: Headers, sender: str, by: str) -> bool:
    """Return whether `by` says that the mail is from the domain of `sender`. Headers: in order, names in lower case."""
    by = by.strip().lower()
    domain = sender.rpartition("@")[2].lower()
    if not by or not domain or sum(name == "from" for name, _ in headers) != 1:
        return False
    if by == MICROSOFT and _is_internal(headers):
        return True
    results = next((value for name, value in headers if name == "authentication-results" and _is_of(value, by)), "")
    return any(_vouches(item, domain) for item in _items(results))


def _is_internal(headers: Headers) -> bool:
    """Whether Exchange took the mail from a signed-in colleague; it removes this header from mail from outside."""
    return (
        next((value for name, value in headers if name == "x-ms-exchange-organization-authas"), "").lower()
        == "internal"
    )


def _is_of(value: str, by: str) -> bool:
    first = _without_comments(value).partition(";")[0].strip().lower()
    if by == MICROSOFT:
        return "=" in first
    return first.split(maxsplit=1)[:1] == [by]


def _items(value: str) -> list[str]:
    return _without_comments(value).split(";")


def _without_comments(value: str) -> str:
    """Drop comments: what stands in them is prose, and may look like a result."""
    out: list[str] = []
    depth = 0
    for character in value[:5000]:
        depth += character == "("
        if depth == 0:
            out.append(character)
        if depth and character == ")":
            depth -= 1
    return "".join(out)


def _vouches(item: str, domain: str) -> bool:
    match = _METHOD.match(item)
    if match is None or match[2].lower() != "pass":
        return False
    properties: dict[str, str] = {name.lower(): value.lower() for name, value in _PROPERTY.findall(item)}
    match match[1].lower():
        case "dmarc":
            return properties.get("header.from", domain).rpartition("@")[2] == domain
        case "dkim":
            signer = properties.get("header.d") or properties.get("header.i", "")
            return _aligned(signer.rpartition("@")[2], domain)
        case _:
            return _aligned(properties.get("smtp.mailfrom", "").rpartition("@")[2], domain)


def _aligned(other: str, domain: str) -> bool:
    """Whether `domain` is `other` or below it (RFC 7489 section 3.1, relaxed); a bare top-level domain is nobody's."""
    return other == domain or ("." in other and other not in _SHARED and domain.endswith(f".{other}"))


# Suffixes under which strangers register: a pass of one of these says nothing. The list in full is DMARC's business.
_SHARED = frozenset([
    "co.uk", "org.uk", "me.uk", "ac.uk", "gov.uk", "nhs.uk", "sch.uk", "police.uk", "ltd.uk", "plc.uk", "net.uk",
    "com.au", "com.br", "onmicrosoft.com",
])  # fmt: skip
