"""Commands of the panel."""

import typer

commands = typer.Typer()
