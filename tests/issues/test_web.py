"""Links asked of the web: politely, never into the own network, never without end; a server on loopback plays the web."""

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from drafts import draft, settings
from program import workspace

from pscb_mail.issues import web
from pscb_mail.issues.preflight.report import Report
from pscb_mail.issues.web import State

NOW = dt.datetime(2010, 10, 31, 12, tzinfo=dt.UTC)


class Site:
    """A website on loopback that counts what it is asked, and how many at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.most = self._now = 0
        self.lock = threading.Lock()
        self.address = ""
        self.ended = threading.Event()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self.lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.asked.append(f"{handler.command} {handler.path}")
            self.agents.add(handler.headers["User-Agent"])
        self._reply(handler, handler.path)

    def _reply(self, handler: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/slow":
            while not self.ended.wait(0.05):
                handler.wfile.write(b"x")
            return
        status, location = {
            "/": (200, ""), "/gone": (410, ""), "/none": (404, ""), "/no-head": (405 if handler.command == "HEAD" else 200, ""),
            "/forbidden": (403, ""), "/later": (429, ""), "/moved": (301, "/"), "/loop": (302, "/loop"),
            "/lost": (301, "/none"), "/inside": (302, "http://127.0.0.2/latest/meta-data"), "/file": (302, "file:///etc/passwd"),
        }.get(path, (200, ""))  # fmt: skip
        handler.send_response(status)
        if location:
            handler.send_header("Location", location)
        with self.lock:  # before the answer leaves: the next question may come as soon as it has
            self._now -= 1
        handler.end_headers()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as one:
        yield one


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(OSError):  # the other side has had enough
                site.answer(self)

        do_HEAD = do_GET  # noqa: N815 the server's own way to name it

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield site
        finally:
            site.ended.set()
            server.shutdown()
            thread.join()


def ask(tmp_path, *urls, now=NOW, private=frozenset({"127.0.0.1"}), seconds=5.0, waits=None):
    manners = web.Manners("pscb-mail/test", (waits if waits is not None else []).append, private, seconds)
    return web.ask(urls, tmp_path / "build" / "links.json", now, manners)


STATES = [
    ("/", State.ALIVE, ""),
    ("/moved", State.ALIVE, ""),
    ("/no-head", State.ALIVE, ""),
    ("/gone", State.DEAD, "the page was taken away (410)"),
    ("/none", State.DEAD, "there is no such page (404)"),
    ("/lost", State.DEAD, "there is no such page (404)"),
    ("/forbidden", State.UNSURE, "the server answered 403"),
    ("/later", State.UNSURE, "the server answered 429"),
    ("/loop", State.UNSURE, "it leads from one address to the next without end"),
    ("/file", State.UNSURE, "it leads to what is no web address"),
]


@pytest.mark.parametrize(("path", "state", "words"), STATES)
def test_an_answer_is_read_for_what_it_says_of_the_page(site, tmp_path, path, state, words):
    url = site.address + path
    assert ask(tmp_path, url) == {url: web.Answer(url, state, words)}


def test_head_is_asked_first_and_get_only_where_a_server_does_not_like_that(site, tmp_path):
    ask(tmp_path, f"{site.address}/", f"{site.address}/no-head", f"{site.address}/later")
    assert site.asked == ["HEAD /", "HEAD /no-head", "GET /no-head", "HEAD /later"]
    assert site.agents == {"pscb-mail/test"}


def test_one_server_is_asked_one_thing_at_a_time_with_a_pause_and_others_meanwhile(site, tmp_path):
    waits: list[float] = []
    with serving() as other:
        ask(tmp_path, *(f"{each.address}/{n}" for n in range(6) for each in (site, other)), waits=waits)
        assert (site.most, other.most) == (1, 1)
        assert len(site.asked) == len(other.asked) == 6
    assert waits == [0.5] * 10


def test_what_answered_well_is_not_asked_again_for_a_week_and_the_rest_each_time(site, tmp_path):
    well, gone = f"{site.address}/", f"{site.address}/gone"
    first = ask(tmp_path, well, gone)
    site.asked.clear()
    assert ask(tmp_path, well, gone, now=NOW + dt.timedelta(days=6)) == first
    assert "HEAD /" not in site.asked
    assert "HEAD /gone" in site.asked
    ask(tmp_path, well, now=NOW + dt.timedelta(days=7))
    assert "HEAD /" in site.asked


@pytest.mark.parametrize("text", ["", "[]", '{"x": 1}', '{"x": "y"}', "\0"])
def test_a_damaged_cache_costs_one_more_question(site, tmp_path, text):
    cache = tmp_path / "build" / "links.json"
    cache.parent.mkdir()
    cache.write_text(text)
    url = f"{site.address}/"
    assert ask(tmp_path, url)[url].state is State.ALIVE
    assert list(json.loads(cache.read_text())) == [url]


INSIDE = ["127.0.0.1", "localhost", "0", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "192.168.1.1", "169.254.169.254", "2130706433", "0x7f.1", "[fe80::1]", "[2002:7f00:1::]", "224.0.0.1", "100.64.0.1"]  # fmt: skip # noqa: S104


@pytest.mark.parametrize("host", INSIDE)
def test_the_own_computer_and_network_are_never_asked(site, tmp_path, host):
    url = f"http://{host}:{site.address.rpartition(':')[2]}/"
    answer = ask(tmp_path, url, private=frozenset())[url]
    assert answer == web.Answer(
        url, State.UNSURE, "it leads into this computer or a private network, and was not asked"
    )
    assert site.asked == []


def test_a_redirect_into_the_own_network_is_not_followed(site, tmp_path):
    """The first address is let through, as a public one would be; the second is looked at like the first."""
    url = f"{site.address}/inside"
    assert ask(tmp_path, url)[url].words == "it leads into this computer or a private network, and was not asked"


def test_a_server_that_never_ends_its_answer_is_given_up(site, tmp_path):
    """It sends a byte every so often: no limit on a single read would end that."""
    url = f"{site.address}/slow"
    answer = ask(tmp_path, url, seconds=0.4)[url]
    assert answer.state is State.UNSURE
    assert answer.words.startswith("it did not answer")


def test_nobody_there_and_no_address_are_answers_too(tmp_path):
    urls = ["http://127.0.0.1:1/", "https://[x/", "http://user@127.0.0.1/", "mailto:a@b.example"]
    answers = ask(tmp_path, *urls)
    assert {url: answer.state for url, answer in answers.items()} == dict.fromkeys((urls[0], urls[2]), State.UNSURE)


def test_what_the_web_said_stands_in_the_report_with_its_lines(site, tmp_path):
    body = f"Words [of one]({site.address}/gone).\n\n::: button\ntext: Another\nlink: {site.address}/forbidden\n:::\n"
    draft(tmp_path, body)
    links = web.links_of(tmp_path, "issue-1", settings())
    report = web.told(Report("issue-1"), links, ask(tmp_path, *(link.url for link in links)))
    assert [(remark.rule, remark.line, remark.message) for remark in report.warnings] == [
        ("dead-link", 4, 'The link "of one": the page was taken away (410).'),
        ("doubtful-link", 8, 'The link "Another": the server answered 403.'),
    ]


def test_the_command_asks_only_when_told_and_never_its_own_network(site, tmp_path):
    program = workspace(tmp_path)
    path = program.folder / "issues" / "issue-1.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\ntitle: T\n---\nSee [the programme]({site.address}/none).\n")

    def rules(*options: str) -> list[str]:
        return [each["rule"] for each in program("check", "1", "--json", *options, expect=1).json["warnings"]]

    assert "doubtful-link" not in rules()
    assert "doubtful-link" in rules("--links")
    assert site.asked == []
