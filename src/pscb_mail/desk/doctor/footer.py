"""What the settings put at the foot of every copy: what to do for a child at risk, and who it is that writes. Pure."""

from pscb_mail.desk.doctor.check import Check, ok, warning
from pscb_mail.settings import Newsletter


def check_footer(newsletter: Newsletter) -> list[Check]:
    """Return the checks of what every footer says; `check ISSUE` warns of the same."""
    return [_urgent(newsletter), _sender(newsletter)]


def _urgent(newsletter: Newsletter) -> Check:
    name = "settings: urgent"
    if newsletter.urgent:
        return ok(name, f"Every copy and every answer says: {newsletter.urgent}")
    return warning(
        name,
        "No copy and no automatic answer says what to do for a child who may be at risk.",
        'Set urgent under [newsletter]: "Worried about a child? Ring …".',
    )


def _sender(newsletter: Newsletter) -> Check:
    name = "settings: footer"
    there = [value for value in (newsletter.postal_address, newsletter.website) if value]
    missing = [key for key in ("postal_address", "website") if not getattr(newsletter, key)]
    if not missing:
        return ok(name, f"It says who writes: {', '.join(there)}.")
    return warning(
        name,
        "It does not say who writes and from where: readers and filters take such mail for spam.",
        f"Set {' and '.join(missing)} under [newsletter].",
    )
