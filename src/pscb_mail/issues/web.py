"""Do the links of an issue lead anywhere? The web is asked, politely: `check --links`.

Promises: HEAD, and GET where a server does not like that; a few servers at a time, each one question after the other
with a pause between; an end to every question; only http and https, and only addresses of the public internet, looked
at after the name is resolved and at every redirect, so that no issue makes this computer knock at its own network's
doors (`private` names exceptions, for tests). Bodies are not read. What answered well is not asked again for a week:
the cache is a file of the workspace. Never raises for what a server does. Leaves to others: what the links are
(`preflight`).
"""

import datetime as dt
import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from pscb_mail.errors import UsageError
from pscb_mail.files import put
from pscb_mail.foreign import one_line
from pscb_mail.issues.parsing import parse
from pscb_mail.issues.preflight.manuscript import manuscript
from pscb_mail.issues.preflight.report import Remark, Report
from pscb_mail.issues.source import find_issue, read_source
from pscb_mail.network import tls_context
from pscb_mail.settings import Settings

_SERVERS_AT_ONCE = 4
_SECONDS_A_QUESTION = 15
_PAUSE = 0.5
_REDIRECTS = 6
_KEPT = dt.timedelta(days=7)
# RFC 9110 section 15.5: what says that a page is not there, in contrast to not being shown to us.
_GONE = {404: "there is no such page", 410: "the page was taken away"}


class State(StrEnum):
    """What is known of a link. `unsure`: the server did not tell us; a browser may do better."""

    ALIVE = "alive"
    DEAD = "dead"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Answer:
    """What became of one address; `words` say why it is not alive."""

    url: str
    state: State
    words: str = ""


@dataclass(frozen=True)
class Place:
    """A link of an issue: its words, where it leads, its line."""

    text: str
    url: str
    line: int


@dataclass(frozen=True)
class Manners:
    """How the web is asked. `private`: numeric addresses that are asked though they are not of the public internet."""

    agent: str
    wait: Callable[[float], object]
    private: frozenset[str] = frozenset()
    seconds: float = _SECONDS_A_QUESTION


def ask(urls: Iterable[str], cache: Path, now: dt.datetime, manners: Manners) -> dict[str, Answer]:
    """Return what became of each web address; other links are left out."""
    wanted = list(dict.fromkeys(url for url in urls if _split(url).scheme in {"http", "https"}))
    kept = {url: at for url, at in _kept(cache).items() if dt.timedelta() <= now - at < _KEPT}
    queues: dict[str, list[str]] = defaultdict(list)
    for url in wanted:
        if url not in kept:
            queues[_split(url).netloc.lower()].append(url)
    with ThreadPoolExecutor(_SERVERS_AT_ONCE) as pool:
        asked = [
            answer for answers in pool.map(lambda queue: _queue(queue, manners), queues.values()) for answer in answers
        ]
    answers = {answer.url: answer for answer in asked}
    _keep(cache, kept | {url: now for url, answer in answers.items() if answer.state is State.ALIVE})
    return {url: answers.get(url, Answer(url, State.ALIVE)) for url in wanted}


def links_of(folder: Path, issue: str, settings: Settings) -> list[Place]:
    """Return the links of an issue, those of its blocks and bare addresses too; none where it cannot be read."""
    try:
        source = read_source(find_issue(folder, issue))
        found = manuscript(source, settings, parse(source), None)
    except UsageError:
        return []
    return [Place(link.text, link.target, link.line) for link in (*found.links, *found.addresses)]


def told(report: Report, links: Iterable[Place], answers: dict[str, Answer]) -> Report:
    """Return a report with what the web said of the links, as warnings: a page may be back tomorrow."""
    remarks = []
    for link in links:
        answer = answers.get(link.url)
        if answer and answer.state is not State.ALIVE:
            rule = "dead-link" if answer.state is State.DEAD else "doubtful-link"
            remarks.append(Remark(rule, link.line, f'The link "{one_line(link.text, 60)}": {answer.words}.'))
    warnings = sorted((*report.warnings, *remarks), key=lambda remark: (remark.line is None, remark.line or 0))
    return replace(report, warnings=tuple(warnings))


def _queue(urls: list[str], manners: Manners) -> list[Answer]:
    """Ask one server, one question after the other."""
    answers = []
    for place, url in enumerate(urls):
        if place:
            manners.wait(_PAUSE)
        answers.append(_answer(url, manners))
    return answers


def _answer(url: str, manners: Manners) -> Answer:
    try:
        status = _followed(url, "HEAD", manners)
        if status >= 400 and status != 429:
            status = _followed(url, "GET", manners)
    except (_NotAskedError, OSError, http.client.HTTPException, ValueError) as error:
        return _failed(url, error)
    if status < 400:
        return Answer(url, State.ALIVE)
    if status in _GONE:
        return Answer(url, State.DEAD, f"{_GONE[status]} ({status})")
    return Answer(url, State.UNSURE, f"the server answered {status}")


def _failed(url: str, error: Exception) -> Answer:
    match error:
        case _NotAskedError():
            return Answer(url, State.UNSURE, str(error))
        # Without a line to the internet no name is found for now (EAI_AGAIN): that says nothing of the link.
        case socket.gaierror(errno=socket.EAI_NONAME):
            return Answer(url, State.DEAD, "there is no server of that name")
        case socket.gaierror():
            return Answer(url, State.UNSURE, "the name of its server could not be looked up")
        case ssl.SSLCertVerificationError():
            return Answer(url, State.DEAD, f"its certificate is not good: {one_line(error.verify_message, 100)}")
        case _:
            words = one_line(str(error) or type(error).__name__, 80)
            return Answer(url, State.UNSURE, f"it did not answer ({words})")


class _NotAskedError(Exception):
    """An address that is not asked at all, and why."""


def _followed(url: str, method: str, manners: Manners) -> int:
    """Return the status at the end of the redirects."""
    for _ in range(_REDIRECTS):
        status, location = _once(_split(url), method, manners)
        if status not in {301, 302, 303, 307, 308} or not location:
            return status
        url = urljoin(url, location)
    raise _NotAskedError("it leads from one address to the next without end")


def _once(parts: SplitResult, method: str, manners: Manners) -> tuple[int, str]:
    host = (parts.hostname or "").encode("idna").decode("ascii")
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise _NotAskedError("it leads to what is no web address")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    line = _connected(_addresses(host, port, manners), port, manners)
    if secure:
        line = tls_context().wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
    # A server that sends a byte now and then would keep a time limit for each read for ever.
    watch = threading.Timer(manners.seconds, _cut, [line])
    watch.daemon = True
    watch.start()
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        connection = http.client.HTTPConnection(host, port)
        connection.sock = line
        # RFC 9110 section 7.2: the port is named where it is not the scheme's own; RFC 3986 for the rest.
        shown = f"[{host}]" if ":" in host else host
        name = shown if parts.port is None else f"{shown}:{port}"
        headers = {"Host": name, "User-Agent": manners.agent, "Accept": "*/*", "Connection": "close"}
        connection.request(method, _target(parts), headers=headers)
        response = connection.getresponse()
        return response.status, response.getheader("Location", "")
    finally:
        watch.cancel()
        line.close()


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    return f"{path}?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else path


def _addresses(host: str, port: int, manners: Manners) -> list[str]:
    """Return the numeric addresses to connect to: the name is resolved once, so that it cannot change in between."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not all(_is_public(address) or address in manners.private for address in found):
        raise _NotAskedError("it leads into this computer or a private network, and was not asked")
    return list(dict.fromkeys(found))


def _connected(addresses: list[str], port: int, manners: Manners) -> socket.socket:
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), manners.seconds / 3)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), manners.seconds)


def _is_public(text: str) -> bool:
    """Whether an address is one of the public internet (RFC 6890)."""
    address = ipaddress.ip_address(text.partition("%")[0])
    inside = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inside is None or inside.is_global)


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:  # it was over at that moment
        return


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _kept(cache: Path) -> dict[str, dt.datetime]:
    """Return what answered well, and when; nothing where the file is not there or not ours."""
    try:
        data = json.loads(cache.read_text(encoding="utf-8"))
        return {str(url): dt.datetime.fromisoformat(at).astimezone(dt.UTC) for url, at in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep(cache: Path, kept: dict[str, dt.datetime]) -> None:
    """Write the cache; where that fails the web is asked again, and that is all."""
    text = json.dumps({url: at.isoformat() for url, at in sorted(kept.items())}, ensure_ascii=False, indent=1)
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        put(cache, [f"{text}\n".encode()])
    except OSError:
        return
