"""What the user types and sees; Typer and rich live here and nowhere else."""
