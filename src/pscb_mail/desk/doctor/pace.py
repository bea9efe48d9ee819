"""The pace against the provider's limits, the clock against others' clocks, how long a sign-in still lasts. Pure."""

from datetime import datetime, timedelta

from pscb_mail.desk.doctor.check import Check, error, not_checked, ok, warning
from pscb_mail.providers import MICROSOFT, Provider, of_relay
from pscb_mail.sending import pacing
from pscb_mail.settings import Settings
from pscb_mail.signin import Status

# Messages carry a Date: receivers hold an hour against a sender, certificates a day.
CLOCK_TO_WARN, CLOCK_WRONG = timedelta(minutes=5), timedelta(hours=1)
DAYS_TO_WARN = 14


def check_pace(settings: Settings) -> Check:
    """Return whether the pace keeps to what the provider of a relay allows."""
    limits = pacing.limits(settings.pace)
    for relay in settings.relay:
        if provider := of_relay(relay.host):
            return _against(provider, limits, settings.pace.profile, relay.connections)
    if limits.windows():
        return ok("pace", f"{_in_words(limits)}.")
    return ok("pace", "No limit, and none is known for your relay; ask who runs it if a mailing is slowed down.")


def _against(provider: Provider, limits: pacing.Limits, profile: str, connections: int) -> Check:
    for ours, theirs, span in (
        (limits.per_minute, provider.per_minute, "minute"),
        (limits.per_day, provider.per_day, "day"),
    ):
        if theirs and (ours == 0 or ours > theirs):
            return error(
                "pace",
                f"{provider.title} takes {theirs:,} a {span}, and the pace allows {f'{ours:,}' if ours else 'more'}:"
                " a mailbox that sends more is barred.",
                f'Set profile = "{provider.pace}" under [pace].',
            )
    if provider.connections and connections > provider.connections and profile == "none":
        return warning(
            "pace",
            f"{provider.title} takes {provider.connections} connections at once, and the relay has {connections}.",
            f"Set connections = {provider.connections} under [[relay]].",
        )
    # "Outbound spam protection": the hardened policies bar a mailbox after 500 an hour or 1,000 a day.
    if provider is MICROSOFT and not (0 < limits.per_hour <= 500 and 0 < limits.per_day <= 1_000):
        return warning(
            "pace",
            f"{_in_words(limits)}: within what {provider.title} allows, but hardened tenants bar a mailbox after 500 an"
            " hour or 1,000 a day.",
            'Ask your IT department for the outbound spam policy; profile = "microsoft365-cis" is safe in any case.',
        )
    return ok("pace", f"{_in_words(limits)}: within what {provider.title} allows.")


def _in_words(limits: pacing.Limits) -> str:
    pairs = ((limits.per_minute, "a minute"), (limits.per_hour, "an hour"), (limits.per_day, "a day"))
    return ", ".join(f"{number:,} {span}" for number, span in pairs if number)


def check_clock(now: datetime, latest: datetime | None, server: datetime | None, said_by: str = "the relay") -> Check:
    """Return whether this computer's clock agrees with the database's newest entry and with a server's greeting."""
    if latest is not None and latest - now > CLOCK_TO_WARN:
        return error(
            "clock",
            f"The newest entry of the database is from {latest:%d %B %Y %H:%M} UTC, and this computer's clock says"
            f" {now:%d %B %Y %H:%M}: it has been set back.",
            "Set the computer's clock: pace, retries and dates follow it.",
        )
    if server is None:
        return not_checked(
            "clock", "No server that was called tells the time.", "Look whether the computer's clock is right."
        )
    apart = abs(server - now)
    detail = f"This computer's clock and {said_by}'s are {round(apart.total_seconds())} seconds apart."
    if apart > CLOCK_WRONG:
        return error("clock", detail, "Set the computer's clock: mail with a wrong date is taken for spam.")
    if apart > CLOCK_TO_WARN:
        return warning("clock", detail, "Set the computer's clock by the network.")
    return ok("clock", detail)


def check_token(status: Status, now: datetime) -> Check:
    """Return how long an OAuth2 sign-in still lasts; that there is none is told where signing in is tried."""
    name = f"{status.door}: token"
    if not status.signed_in:
        return not_checked(name, status.problem or f"Nobody is signed in as {status.username}.")
    who = f"{status.account} for {status.username}" if status.account not in {"", status.username} else status.username
    days = status.days_left(now)
    if days is None:
        return ok(name, f"{who} is signed in, and nothing says that it ends.")
    detail = f"{who} is signed in; unused, that ends in {days} days."
    if days < DAYS_TO_WARN:
        return warning(name, detail, f"`pscb-mail login {status.door}` starts the time again.")
    return ok(name, detail)
