"""`init`: a conversation that ends in a workspace. Each answer is tested at once; no password is ever asked for."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli import founding_asking as asking
from pscb_mail.cli.context import now
from pscb_mail.errors import UsageError

if TYPE_CHECKING:
    from pscb_mail.desk.doctor.names import Names
    from pscb_mail.desk.founding import Answers, SentBy
    from pscb_mail.providers import Provider
    from pscb_mail.settings import Relay

commands = typer.Typer()

_INTRODUCTION = """\
A new folder for a newsletter: [bold]{folder}[/]
A few questions. Enter takes what stands in brackets; all of it can be changed later in pscb-mail.toml.
Nothing is sent, and no password is asked for.
"""


@commands.command(rich_help_panel="Start")
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where; this folder unless told.", show_default=False)
    ] = Path(),
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
    if workspace.folder != Path.cwd():
        asking.say(f'Go there first: `cd "{console.nearby(workspace.folder)}"`')
    _say_what_next(answers)


def _say_what_next(answers: "Answers") -> None:
    from pscb_mail.desk.founding import LETTER

    if answers.signs_in_at_microsoft and not answers.application:
        asking.say(
            f"[bold]Forward {LETTER} to your IT department:[/] it asks for what only they can do. Put the tenant and "
            "the application that they send you under \\[signin] in pscb-mail.toml.\nUntil then you can write and "
            "preview; `pscb-mail send ISSUE --to-dir DIR` writes every copy into a folder."
        )
    elif answers.auth != "none":
        asking.say("Next: `pscb-mail login` signs in, `pscb-mail doctor` looks whether all is in place.")
    asking.say("Then: `pscb-mail new` writes the first issue, `pscb-mail import FILE` brings your readers in.")


# -- the conversation; `names` is None where no server may be asked ---------------------------------------------------


def _interview(folder: Path, names: "Names | None") -> "Answers":
    from pscb_mail.desk.founding import Answers, SentBy, sender_of

    asking.say(_INTRODUCTION.format(folder=console.safe(folder.absolute())))
    name = asking.name("What is the newsletter called?", "Newsletter")
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
            asking.say("[dim]The relay is this computer: nothing can leave it until you change \\[\\[relay]].[/]")
    return _footer(answers)


def _ask_address(names: "Names | None") -> str:
    from pscb_mail.desk.doctor.answers import check_address
    from pscb_mail.desk.doctor.names import Names

    while True:
        address = asking.text("From which address does it go out?")
        check = check_address(address, names or Names(None))
        if names is not None or check.result == "error":
            asking.show([check])
        if check.result != "error" or (check.check != "address" and asking.keep()):
            return address


def _ask_who_sends(address: str, names: "Names | None") -> "SentBy":
    from pscb_mail.desk.doctor.answers import provider_of
    from pscb_mail.desk.founding import SentBy

    ways = list(SentBy)
    provider = provider_of(address, names) if names is not None else None
    likely = next((way for way in ways if provider is not None and way.name.lower() == provider.key), SentBy.MICROSOFT)
    if provider is not None:
        asking.say(f"[dim]Your mail is with {provider.title}.[/]", indent=2)
    return ways[asking.choice("Who sends your mail?", [way.value for way in ways], ways.index(likely))]


def _microsoft(answers: "Answers", names: "Names | None") -> "Answers":
    from pscb_mail.desk.founding import with_microsoft
    from pscb_mail.providers import MICROSOFT

    _test_provider(answers, MICROSOFT, names)
    asking.say(
        "\nMicrosoft 365 wants an application that your IT department makes; for-your-IT.md asks them for it. "
        "If you have its two values already, type them in."
    )
    while application := asking.identifier("Application (client) id?"):
        tenant = asking.identifier("Directory (tenant) id?")
        if not tenant or names is None or _is_known(tenant, application):
            return with_microsoft(answers, tenant, application)
    return with_microsoft(answers)


def _is_known(tenant: str, application: str) -> bool:
    """Return whether Microsoft knows a tenant, or it is kept all the same."""
    from pscb_mail.desk.doctor.tenant import check_tenant

    with console.err.status("Asking …"):
        check = check_tenant(tenant, application)
    asking.show([check])
    return check.result != "error" or asking.keep()


def _google(answers: "Answers", names: "Names | None") -> "Answers":
    from pscb_mail.desk.founding import with_google
    from pscb_mail.providers import GOOGLE

    _test_provider(answers, GOOGLE, names)
    ways = ["an application password (two-step sign-in must be on)", "a client id of our organisation (OAuth)"]
    if asking.choice("How do you sign in?", ways) == 0:
        return with_google(answers)
    where = "It stands in the Google Cloud console: Credentials, OAuth 2.0 Client IDs, Desktop app."
    return with_google(answers, asking.needed_identifier("Client id?", where))


def _test_provider(answers: "Answers", provider: "Provider", names: "Names | None") -> None:
    from pscb_mail.desk.doctor.answers import check_provider

    if names is None:
        return
    with console.err.status("Calling …"):
        checks = check_provider(provider, answers.address, names, now())
    asking.show(checks)


def _own_servers(answers: "Answers", names: "Names | None") -> "Answers":
    from pscb_mail.desk.founding import mailbox_url, with_relay

    relay, asks = _ask_relay(answers, names)
    if asks and asking.yes("Does one sign in to it?"):
        username = asking.text("With which user name?", answers.address)
        relay = relay.model_copy(
            update={"auth": "password", "username": "" if username == answers.address else username}
        )
    answers = with_relay(answers, relay)
    host, port = _ask_mailbox(relay, answers, names)
    if not host:
        return answers
    user = asking.text("Whose mailbox is it? The user name:", answers.address)
    return replace(answers, mailbox=mailbox_url(user, host, port))


def _ask_relay(answers: "Answers", names: "Names | None") -> "tuple[Relay, bool]":
    """Ask for a relay until one is found, or kept all the same; return it, and whether one can sign in there."""
    from pscb_mail.desk.doctor.answers import find_relay
    from pscb_mail.desk.founding import unseen_relay

    ca_file = before = ""
    while True:
        host, port = asking.host("Which server takes your mail? HOST or HOST:PORT", before)
        if not host:
            continue
        before = f"{host}:{port}" if port else host
        if names is None:
            if asking.is_whole(host) or asking.keep():
                return unseen_relay(host, port), True
            continue
        with console.err.status("Calling …"):
            found = find_relay(host, answers.address, names, now(), port=port, ca_file=ca_file)
        asking.show(found.checks)
        if found.relay is not None:
            return found.relay, found.asks_for_sign_in
        if found.unknown_authority:
            ca_file = asking.text("A file with its authority's certificate (PEM), if you have it:")
        elif asking.keep():
            return unseen_relay(host, port, ca_file), True


def _ask_mailbox(relay: "Relay", answers: "Answers", names: "Names | None") -> tuple[str, int]:
    """Ask for the IMAP server; nothing where it is set up later."""
    question = "From which server are the replies read (IMAP, encrypted)? HOST or HOST:PORT; Enter: set up later"
    while True:
        host, port = asking.host(question)
        if not host or _mailbox_is_there(host, port, relay, answers, names) or asking.keep():
            return host, port


def _mailbox_is_there(host: str, port: int, relay: "Relay", answers: "Answers", names: "Names | None") -> bool:
    """Return whether a mailbox's server answers; where it cannot be asked, whether it can be one."""
    from pscb_mail.desk.doctor.mailbox import check_way_to_mailbox
    from pscb_mail.imap import Place

    if names is None:
        return asking.is_whole(host)
    place = Place(host, port or 993, answers.address, "INBOX", tls=True)
    with console.err.status("Calling …"):
        check = check_way_to_mailbox(place, relay.ca_file, names, now())
    asking.show([check])
    # Without a network nothing is known of it, but that a word alone is mostly no server's name.
    return check.result in {"ok", "warning"} or (check.result == "not checked" and asking.is_whole(host))


def _footer(answers: "Answers") -> "Answers":
    asking.say("\nWhat stands in every footer? [dim](Enter: later)[/]")
    website = asking.website("  Website:")
    postal = asking.text("  Postal address:")
    urgent = asking.text("  What should somebody do who is worried about a child?")
    return replace(answers, website=website, postal_address=postal, urgent=urgent)
