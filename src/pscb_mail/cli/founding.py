"""`init`: a conversation that ends in a workspace. Each answer is tested at once; no password is ever asked for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import now
from pscb_mail.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pscb_mail.desk.doctor.check import Check
    from pscb_mail.desk.doctor.names import Names
    from pscb_mail.desk.founding import Answers, SentBy
    from pscb_mail.settings import Relay

commands = typer.Typer()

_INTRODUCTION = """\
A new folder for a newsletter: [bold]{folder}[/]
A few questions. Enter takes what stands in brackets; all of it can be changed later in pscb-mail.toml.
Nothing is sent, and no password is asked for.
"""


@commands.command(rich_help_panel="Start")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where; this folder unless told.")] = Path(),
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Take the defaults; edit pscb-mail.toml afterwards.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no server: test no answer over the network.")] = False,
    name_server: Annotated[
        str, typer.Option("--name-server", metavar="ADDRESS", help="Ask this name server instead of the system's.")
    ] = "",
) -> None:
    """Make a workspace: ask what it must know, write the settings."""
    from pscb_mail.desk.doctor.names import system_names
    from pscb_mail.desk.founding import Answers, make_workspace, refuse_another

    refuse_another(folder)
    if not yes and not console.somebody_is_there():
        raise UsageError("Nobody is at the terminal to answer; nothing was made.", "Add --yes to take the defaults.")
    names = None if offline else system_names(name_server)
    answers = Answers("Newsletter", "Newsletter <newsletter@pscb.example>") if yes else _interview(folder, names)
    workspace = make_workspace(folder, answers)
    console.result(f"\nA workspace in {console.safe(workspace.folder)}.")
    _say_what_next(answers)


def _say_what_next(answers: "Answers") -> None:
    from pscb_mail.desk.founding import LETTER

    if answers.signs_in_at_microsoft and not answers.application:
        _say(
            f"[bold]Forward {LETTER} to your IT department:[/] it asks for what only they can do. Put the tenant and "
            "the application that they send you under \\[signin] in pscb-mail.toml.\nUntil then you can write and "
            "preview; `pscb-mail send ISSUE --to-dir DIR` writes every copy into a folder."
        )
    elif answers.auth != "none":
        _say("Next: `pscb-mail login` signs in, `pscb-mail doctor` looks whether all is in place.")
    _say("Then: `pscb-mail new` writes the first issue, `pscb-mail import FILE` brings your readers in.")


# -- the conversation -------------------------------------------------------------------------------------------------


def _interview(folder: Path, names: "Names | None") -> "Answers":
    from pscb_mail.desk.founding import Answers, SentBy, sender_of

    _say(_INTRODUCTION.format(folder=console.safe(folder.absolute())))
    name = _ask_name()
    address = _ask_address(names)
    answers = Answers(name, sender_of(name, address))
    match _ask_who_sends(address, names):
        case SentBy.MICROSOFT:
            answers = _microsoft(answers, names)
        case SentBy.GOOGLE:
            answers = _google(answers, names)
        case SentBy.OWN:
            answers = _own_servers(answers, names)
        case SentBy.NOBODY:
            _say("[dim]The relay is this computer: nothing can leave it until you change \\[\\[relay]].[/]")
    return _footer(answers)


def _ask_name() -> str:
    from pscb_mail.foreign import has_unsafe

    while has_unsafe(name := _ask("What is the newsletter called?", "Newsletter")):
        _refuse("A name has no control characters in it.")
    return name


def _ask_address(names: "Names | None") -> str:
    from pscb_mail.desk.doctor.answers import check_address
    from pscb_mail.desk.doctor.names import Names

    while True:
        address = _ask("From which address does it go out?", "")
        check = check_address(address, names or Names(None))
        if names is not None or check.result == "error":
            _show([check])
        if check.result != "error" or (check.check != "address" and _keep()):
            return address


def _ask_who_sends(address: str, names: "Names | None") -> "SentBy":
    from pscb_mail.desk.doctor.answers import provider_of
    from pscb_mail.desk.founding import SentBy

    ways = list(SentBy)
    provider = provider_of(address, names) if names is not None else None
    likely = next((way for way in ways if provider is not None and way.name.lower() == provider.key), SentBy.MICROSOFT)
    if provider is not None:
        _say(f"[dim]Your mail is with {provider.title}.[/]", indent=2)
    return ways[_choose("Who sends your mail?", [way.value for way in ways], ways.index(likely))]


def _microsoft(answers: "Answers", names: "Names | None") -> "Answers":
    from pscb_mail.desk.founding import with_microsoft
    from pscb_mail.providers import MICROSOFT

    _test_provider(answers, MICROSOFT.key, names)
    _say(
        "\nMicrosoft 365 wants an application that your IT department makes; for-your-IT.md asks them for it. "
        "If you have its two values already, type them in."
    )
    while application := _ask_identifier("Application (client) id?"):
        tenant = _ask_identifier("Directory (tenant) id?")
        if not tenant or names is None or _is_known(tenant, application):
            return with_microsoft(answers, tenant, application)
    return with_microsoft(answers)


def _is_known(tenant: str, application: str) -> bool:
    """Return whether Microsoft knows a tenant, or it is kept all the same."""
    from pscb_mail.desk.doctor.tenant import check_tenant

    with console.err.status("Asking …"):
        check = check_tenant(tenant, application)
    _show([check])
    return check.result != "error" or _keep()


def _google(answers: "Answers", names: "Names | None") -> "Answers":
    from pscb_mail.desk.founding import with_google
    from pscb_mail.providers import GOOGLE

    _test_provider(answers, GOOGLE.key, names)
    ways = ["an application password (two-step sign-in must be on)", "a client id of our organisation (OAuth)"]
    if _choose("How do you sign in?", ways, 0) == 0:
        return with_google(answers)
    while not (application := _ask_identifier("Client id?")):
        _refuse("It stands in the Google Cloud console: Credentials, OAuth 2.0 Client IDs, Desktop app.")
    return with_google(answers, application)


def _own_servers(answers: "Answers", names: "Names | None") -> "Answers":
    from dataclasses import replace

    from pscb_mail.desk.founding import mailbox_url, with_relay

    relay, asks = _ask_relay(answers, names)
    if asks and _yes("Does one sign in to it?"):
        username = _ask("With which user name?", answers.address)
        relay = relay.model_copy(
            update={"auth": "password", "username": "" if username == answers.address else username}
        )
    answers = with_relay(answers, relay)
    host = _ask_mailbox(relay, answers, names)
    if not host:
        return answers
    user = _ask("Whose mailbox is it? The user name:", answers.address)
    return replace(answers, mailbox=mailbox_url(user, host))


def _ask_relay(answers: "Answers", names: "Names | None") -> "tuple[Relay, bool]":
    """Ask for a relay until one is found, or kept all the same; return it, and whether one can sign in there."""
    from pscb_mail.desk.doctor.answers import find_relay

    ca_file = before = ""
    while True:
        host, port = _ask_host("Which server takes your mail? HOST or HOST:PORT", before)
        if not host:
            continue
        before = f"{host}:{port}" if port else host
        if names is not None:
            with console.err.status("Calling …"):
                found = find_relay(host, answers.address, names, now(), port=port, ca_file=ca_file)
            _show(found.checks)
            if found.relay is not None:
                return found.relay, found.asks_for_sign_in
            if found.unknown_authority:
                ca_file = _ask("A file with its authority's certificate (PEM), if you have it:", "")
                continue
            if not _keep():
                continue
        elif not _is_whole(host) and not _keep():
            continue
        return _unfound(host, port, ca_file), True


def _unfound(host: str, port: int, ca_file: str) -> "Relay":
    """Return a relay that nobody has seen: encrypted, unless it is this computer."""
    from pscb_mail.settings import Relay

    here = Relay(host=host).is_loopback
    security = "none" if here else "tls" if port in {0, 465} else "starttls"
    return Relay.model_validate(
        {"host": host, "port": port or (25 if here else 465), "security": security, "ca_file": ca_file}
    )


def _ask_mailbox(relay: "Relay", answers: "Answers", names: "Names | None") -> str:
    """Ask for the IMAP server; nothing where it is set up later."""
    from pscb_mail.desk.doctor.mailbox import check_way_to_mailbox
    from pscb_mail.imap import Place

    while True:
        question = "From which server are the replies read (IMAP, encrypted)? HOST or HOST:PORT; Enter: set up later"
        host, port = _ask_host(question, "")
        if not host:
            break
        if names is None:
            if _is_whole(host) or _keep():
                break
            continue
        place = Place(host, port or 993, answers.address, "INBOX", tls=True)
        with console.err.status("Calling …"):
            check = check_way_to_mailbox(place, relay.ca_file, names, now())
        _show([check])
        # Without a network nothing is known of it, but that a word alone is mostly no server's name.
        if check.result in {"ok", "warning"} or (check.result == "not checked" and _is_whole(host)) or _keep():
            break
    return f"{host}:{port}" if host and port else host


def _footer(answers: "Answers") -> "Answers":
    from dataclasses import replace

    _say("\nWhat stands in every footer? [dim](Enter: later)[/]")
    website = _ask_website()
    postal = _ask("  Postal address:", "")
    urgent = _ask("  What should somebody do who is worried about a child?", "")
    return replace(answers, website=website, postal_address=postal, urgent=urgent)


def _ask_website() -> str:
    import re

    while answer := _ask("  Website:", ""):
        website = answer if "://" in answer else f"https://{answer}"
        if re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", website):
            return website
        _refuse("It is an address such as www.anytown.gov.uk.")
    return ""


def _test_provider(answers: "Answers", key: str, names: "Names | None") -> None:
    from pscb_mail.desk.doctor.answers import check_provider
    from pscb_mail.providers import PROVIDERS

    if names is None:
        return
    provider = next(each for each in PROVIDERS if each.key == key)
    with console.err.status("Calling …"):
        checks = check_provider(provider, answers.address, names, now())
    _show(checks)


# -- asking -----------------------------------------------------------------------------------------------------------


def _ask(question: str, default: str) -> str:
    shown = f" [dim]\\[{console.safe(default)}][/]" if default else ""
    try:
        return console.err.input(f"{console.safe(question)}{shown} ").strip() or default
    except EOFError:
        raise UsageError("Nobody answers any more; nothing was made.", "Run it again.") from None


def _ask_identifier(question: str) -> str:
    import re

    while True:
        answer = _ask(f"  {question} (Enter: later)", "")
        if re.fullmatch(r"[A-Za-z0-9._-]*", answer):
            return answer
        _refuse("It has letters, digits, dots and hyphens alone: copy it again.")


def _ask_host(question: str, default: str) -> tuple[str, int]:
    import re

    while True:
        answer = _ask(question, default)
        if not answer:
            return "", 0
        if match := re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?", answer):
            port = int(match[2] or 0)
            if port <= 65535:
                return match[1].strip("[]"), port
        _refuse("It is a name such as smtp.anytown.gov.uk, with :PORT behind it where it is an unusual one.")


def _is_whole(host: str) -> bool:
    """Return whether a host's name could be looked up from anywhere; say so where it is a word alone."""
    whole = "." in host or ":" in host or host == "localhost"
    if not whole:
        _refuse(f"{host} is not a whole name, such as imap.anytown.gov.uk.")
    return whole


def _choose(question: str, ways: "Sequence[str]", default: int) -> int:
    _say(f"\n{console.safe(question)}")
    for number, way in enumerate(ways, start=1):
        _say(f"{number}  {console.safe(way)}", indent=2)
    while True:
        answer = _ask("Which?", str(default + 1))
        if answer in {str(number + 1) for number in range(len(ways))}:
            return int(answer) - 1
        _refuse(f"A number from 1 to {len(ways)}.")


def _yes(question: str) -> bool:
    return _ask(f"{question} y/n", "y").lower() in {"y", "yes"}


def _keep() -> bool:
    """Ask whether an answer that did not hold is kept all the same; the safe answer is to give another."""
    return _ask("  Keep it all the same? y/n", "n").lower() in {"y", "yes"}


def _refuse(why: str) -> None:
    _say(f"[yellow]{console.safe(why)}[/]", indent=2)


def _show(checks: "Sequence[Check]") -> None:
    """Show what came of an answer; there is no settings file yet, so that hints name no table of it."""
    import re

    from pscb_mail.cli.upkeep import MARKS

    for check in checks:
        hint = re.sub(r" (in source )?under \[{1,2}\w+\]{1,2}", "", check.hint)
        later = " [dim]`pscb-mail doctor` tries it again.[/]" if check.result == "not checked" else ""
        _say(f"{MARKS[check.result]} {console.safe_lines(check.detail)}{later}", indent=2)
        if hint and not later:
            _say(f"[cyan]→ {console.safe_lines(hint)}[/]", indent=4)


def _say(text: str, *, indent: int = 0) -> None:
    """Print text broken between words: `console.say` leaves that to the terminal, which breaks within them."""
    from rich.padding import Padding

    console.err.print(Padding(text, (0, 0, 0, indent)))
