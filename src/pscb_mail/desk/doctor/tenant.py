"""What Microsoft says of a tenant before anybody signs in. Whether it knows the application, only signing in tells."""

from pscb_mail.desk.doctor.check import Check, error, not_checked, ok
from pscb_mail.errors import NotNowError, PscbMailError
from pscb_mail.settings import Signin
from pscb_mail.signin.entrances import Account, hold_application
from pscb_mail.signin.outside import Outside


def check_tenant(tenant: str, application: str, outside: Outside | None = None) -> Check:
    """Return whether Microsoft knows a tenant; raises nothing for a fault of the answers or of the network."""
    from pscb_mail.signin.microsoft import Microsoft  # noqa: PLC0415  # its library is large

    told = Signin(tenant=tenant, application=application)
    try:
        hold_application("microsoft", told)
        Microsoft(Account("microsoft", told, "", ("relay", "mailbox")), outside or Outside())
    except NotNowError as problem:
        return not_checked("tenant", problem.message, "Run it again with a network.")
    except PscbMailError as problem:
        return error("tenant", problem.message, "Copy both again from what your IT department sent.")
    return ok("tenant", f"Microsoft knows the tenant {tenant}.")
