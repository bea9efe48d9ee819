"""The ways in which a relay fails us: away for now, refusing us for what a person must mend, stuck at some copies."""

from pscb_mail.errors import Exit, NotNowError, PscbMailError
from pscb_mail.sending.replies import Meaning, Reply, Stage
from pscb_mail.signin import sasl

LATER = "Nothing was lost: run it again later."


class RelayAwayError(NotNowError):
    """The relay cannot be reached, hung up, or asked us to come later."""


class RelayRefusesError(PscbMailError):
    """The relay does not take our mail, for a reason that is about us and not about a recipient."""

    def __init__(self, message: str, hint: str, exit_code: Exit) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


class SignInRefusedError(RelayRefusesError):
    """The relay does not take the password or the token."""


class StuckError(PscbMailError):
    """No relay takes anything now, and no try of days has brought a word on some copies: time alone mends nothing."""

    exit_code = Exit.NEEDS_A_PERSON

    def __init__(self, issue: str, copies: int, problem: PscbMailError) -> None:
        which = f"1 copy of {issue} gets" if copies == 1 else f"{copies:,} copies of {issue} get"
        super().__init__(
            f"{which} nowhere, however often tried. {problem.message}",
            f"Ask who runs the relay: `pscb-mail log {issue} --state queued` shows whose, and what it said. "
            "Whoever is taken off the list is skipped.",
        )


# 75 only where time alone mends it: a timer runs it again and tells nobody.
_SAYS = {
    Meaning.BARRED: (
        "has barred this mailbox from sending",
        "Ask your administrator to free it (outbound spam policy), then run it again.",
        Exit.NEEDS_A_PERSON,
    ),
    Meaning.QUOTA: (
        "says that this mailbox has sent or holds as much as it may",
        "Go on tomorrow: the same command continues.",
        Exit.NOT_NOW,
    ),
    Meaning.TOO_LARGE: (
        "finds the message too large",
        "Every copy is. Take out pictures or attachments and link to them instead.",
        Exit.NEEDS_A_PERSON,
    ),
}
_OTHERWISE = (
    "does not take our mail",
    "Check from, host, port and auth in the settings with who runs the relay.",
    Exit.SETTINGS,
)


def refusal(label: str, why: Meaning, stage: Stage, reply: Reply) -> RelayRefusesError:
    """Return the error for a refusal that is about us: what happened, in the relay's words, and what to do."""
    if why is Meaning.SIGN_IN:
        return sign_in_refused(label, stage, reply)
    sentence, hint, code = _SAYS.get(why, _OTHERWISE)
    return RelayRefusesError(f'{label} {sentence} ({stage.value}): "{reply.code} {reply.text}".', hint, code)


def sign_in_refused(
    label: str, stage: Stage, reply: Reply, mechanism: sasl.Mechanism = "password", challenge: str = ""
) -> SignInRefusedError:
    """Return the error for a refused sign-in; `challenge` is what the relay said of a token before it refused it."""
    said = f'"{reply.code} {reply.text}"' + (f", {sasl.challenge(challenge)}" if challenge else "")
    hint = sasl.hint("smtp", f"{reply.code} {reply.text}", mechanism)
    return SignInRefusedError(f"{label} does not let us sign in ({stage.value}): {said}.", hint, Exit.SETTINGS)
