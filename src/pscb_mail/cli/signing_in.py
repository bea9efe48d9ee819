"""Signing in to the relay and the mailbox, and out again."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, Stopping
from pscb_mail.cli.options import metavar, one_of
from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line

if TYPE_CHECKING:
    from pscb_mail.settings import Settings
    from pscb_mail.signin.entrances import Account, Entrance
    from pscb_mail.signin.person import Code

commands = typer.Typer()
_PANEL = "Start"


class Where(StrEnum):
    """Where the program signs in."""

    RELAY = "relay"
    MAILBOX = "mailbox"


DoorArgument = Annotated[
    Literal["relay", "mailbox"] | None,
    typer.Argument(
        parser=one_of(Where, "A sign-in"),
        metavar=metavar(Where),
        help="Which; both unless told.",
        show_default=False,
    ),
]


@commands.command(rich_help_panel=_PANEL)
def login(
    ctx: typer.Context,
    door: DoorArgument = None,
    code: Annotated[
        bool, typer.Option("--code", help="Sign in with the browser of another device: your phone, for example.")
    ] = False,
) -> None:
    """Sign in to Microsoft 365 or Google in the browser, or store a password in the keyring."""
    context: Context = ctx.obj
    settings = context.workspace.settings
    accounts, passwords = _ways(settings, door)
    if not accounts and not passwords:
        console.result("Nothing to do: neither relay nor mailbox asks for a sign-in (auth in pscb-mail.toml).")
        return
    for who in accounts:
        _sign_in(who, by_code=code)
    for way in passwords:
        _store_password(way)


@commands.command(rich_help_panel=_PANEL)
def logout(ctx: typer.Context, door: DoorArgument = None) -> None:
    """Forget the sign-in, or the password in the keyring."""
    from pscb_mail.signin import passwords as stored
    from pscb_mail.signin.consent import sign_out
    from pscb_mail.signin.outside import Outside

    context: Context = ctx.obj
    accounts, passwords = _ways(context.workspace.settings, door)
    for who in accounts:
        found = sign_out(who)
        _say_forgotten(f"sign-in of {who.username} ({_doors(who)})", found=found)
        if found:
            console.say(f"[dim]The permission itself is withdrawn at {_WITHDRAWN[who.provider]}.[/]")
    for way in passwords:
        _say_forgotten(f"password of {way.username} ({way.door})", found=stored.forget(way, Outside()))
    if not accounts and not passwords:
        console.result("Nothing to forget: neither relay nor mailbox asks for a sign-in.")


_WITHDRAWN = {
    "microsoft": "myapps.microsoft.com, by your IT department, or with a change of the password",
    "google": "myaccount.google.com, Security, Your connections",
}


def _ways(settings: "Settings", door: Literal["relay", "mailbox"] | None) -> "tuple[list[Account], list[Entrance]]":
    """Return the accounts to sign in at, each once, and the doors that take a password."""
    from pscb_mail.signin.entrances import account, entrances

    ways = entrances(settings, door)
    accounts = [account(way, settings) for way in ways if way.auth != "password"]
    return list({who.name: who for who in accounts}.values()), [way for way in ways if way.auth == "password"]


def _doors(who: "Account") -> str:
    return " and ".join(who.doors)


def _say_forgotten(what: str, *, found: bool) -> None:
    console.result(f"Forgotten: the {console.safe(what)}." if found else f"There was no {console.safe(what)}.")


def _sign_in(who: "Account", *, by_code: bool) -> None:
    from pscb_mail.signin.consent import sign_in

    console.say(f"Signing in to {who.provider.title()} as {console.safe(who.username)} ({_doors(who)}).")
    done = sign_in(who, Terminal(), by_code=by_code)
    console.result(f"[green]Signed in[/] as {console.safe(done.account)}, for the {_doors(who)}.")
    console.say(f"[dim]Kept in {console.safe(done.kept_in)}.[/]")
    if done.as_another:
        console.say(
            f"[yellow]That is not {console.safe(done.username)}.[/] It works where that is a shared mailbox to which "
            "you have Full Access and Send As. Was it the wrong account? `pscb-mail login` once more."
        )
    console.say("`pscb-mail doctor` tries whether it opens the doors.")


def _store_password(way: "Entrance") -> None:
    from pscb_mail.signin import passwords
    from pscb_mail.signin.outside import Outside

    outside = Outside()
    if way.command:
        console.result(f"The password for the {way.door} comes from password_command; nothing is stored.")
        return
    passwords.keep(way, _secret(f"Password of {way.username} ({way.door}): "), outside)
    console.result(
        f"[green]Stored[/] in this computer's keyring: the password of {console.safe(way.username)} ({way.door})."
    )
    if outside.environment.get(passwords.variable(way.door)):
        console.say(f"[yellow]{passwords.variable(way.door)} is set, and comes first.[/]")


def _secret(question: str) -> str:
    """Ask without an echo; without a terminal take the first line of standard input. Raises UsageError for nothing."""
    import getpass

    try:
        typed = getpass.getpass(one_line(question)) if sys.stdin.isatty() else sys.stdin.readline()
    except EOFError:
        typed = ""
    if not (value := typed.rstrip("\r\n")):
        raise UsageError("Nothing was given, and nothing was stored.", "Type it at the question, or pipe it in.")
    return value


class Terminal:
    """Whoever sits at this terminal, as `signin.person.Person`."""

    def open_page(self, address: str) -> None:
        """Open the browser; the address stands on the screen in any case."""
        import webbrowser

        console.say("Your browser opens. If it does not, open this address in it, on this computer:")
        console.say(console.safe(address))
        webbrowser.open(address)

    def show_code(self, code: "Code") -> None:
        """Show the code large enough to type it."""
        console.say(f"On any device open {console.safe(code.address)} and type [bold]{console.safe(code.code)}[/].")
        console.say(f"[dim]The code holds for {code.seconds // 60} minutes. Waiting …[/]")

    def fetch_answer(self, address: str) -> str:
        """Show the address, and ask for the one at which it ended."""
        console.say("Open this address on any device and sign in:")
        console.say(console.safe(address))
        console.say("The browser then says that it cannot open a page. That is as it should be: copy its address.")
        return _secret("Address (it is not shown): ")

    def ask_client_secret(self) -> str:
        """Ask once for what Google calls a client secret."""
        console.say("Google's desktop applications come with a client secret (GOCSPX-…); it is kept with the sign-in.")
        return _secret("Client secret: ")

    def wait(self, seconds: float) -> bool:
        """Wait; Ctrl-C ends the program."""
        return Stopping().wait(seconds)
