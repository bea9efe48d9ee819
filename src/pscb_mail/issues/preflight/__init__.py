"""Preflight: what is checked before an issue may go out.

`check` is the door. The rules are small pure functions, one thing each, over a `Manuscript`; `rules` is their table.
"""

from pscb_mail.issues.preflight.checking import check, examine
from pscb_mail.issues.preflight.copies import Readership
from pscb_mail.issues.preflight.report import Remark, Report, Silenced, Variant

__all__ = ["Readership", "Remark", "Report", "Silenced", "Variant", "check", "examine"]
