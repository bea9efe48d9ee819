"""The options of the commands that send."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pscb_mail.cli.options import metavar, one_of


class Unknown(StrEnum):
    """What happens to copies of which nobody knows whether they arrived."""

    ASK = "ask"
    SKIP = "skip"
    RESEND = "resend"


class Which(StrEnum):
    """Which copies `retry` queues again."""

    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"


NoWait = Annotated[
    bool, typer.Option("--no-wait", help="End where it would wait: for the pace, a time or a second try.")
]
To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="GROUP", help="Only this group or audience, or received:ISSUE; may be repeated."),
]
Without = Annotated[list[str] | None, typer.Option("--not", metavar="GROUP", help="Not this group; may be repeated.")]
WhatOfUnknown = Annotated[
    Unknown,
    typer.Option(
        "--unknown",
        parser=one_of(Unknown, "--unknown"),
        metavar=metavar(Unknown),
        help="Copies that may have arrived: ask, leave them, or send them again.",
        show_default="ask; skip without a terminal",
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most N copies in this run.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help='Begin then: "2026-12-01 09:00", in the newsletter\'s time zone.'),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan; connect to nothing, change nothing.")]
ToDir = Annotated[
    Path | None,
    typer.Option("--to-dir", metavar="DIR", help="Write one .eml a recipient there; send and record nothing."),
]
Joined = Annotated[bool, typer.Option("--joined", help="Also to those who joined since it was first sent.")]
OnlyOne = Annotated[str | None, typer.Option("--only", metavar="ADDRESS", help="Just this person's copy.")]
Again = Annotated[bool, typer.Option("--again", help="With --only: one more copy for somebody who has it.")]
OnlyThose = Annotated[
    Which,
    typer.Option(
        "--only", parser=one_of(Which, "--only"), metavar=metavar(Which), help="Put off, refused, or in doubt."
    ),
]
