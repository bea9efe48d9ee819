"""Arguments and options that many commands have, worded once."""

from typing import Annotated

import typer

Issue = Annotated[str, typer.Argument(metavar="ISSUE", help="The issue: issue-18, or just 18.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
