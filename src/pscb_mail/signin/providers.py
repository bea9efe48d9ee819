"""Microsoft and Google, side by side: how each renews a sign-in.

Their libraries are heavy and imported when one is needed.
"""

from pscb_mail.signin.entrances import Account
from pscb_mail.signin.grant import Grant
from pscb_mail.signin.outside import Outside


def renewed(who: Account, grant: Grant, outside: Outside) -> Grant:
    """Return a grant with a new token. Raises SigninRefusedError where somebody must sign in again, NotNowError."""
    match who.provider:
        case "microsoft":
            from pscb_mail.signin.microsoft import Microsoft  # noqa: PLC0415

            return Microsoft(who, outside, grant.state).renewed(grant)
        case "google":
            from pscb_mail.signin.google import Google, client_secret_of  # noqa: PLC0415

            return Google(who, outside, client_secret_of(grant)).renewed(grant)
