"""What the user types and sees; Typer and rich live here and nowhere else.

A command reads top to bottom: its options, one call downwards, one thing printed. Of commands that belong together
`x.py` has the commands, `x_options.py` what they take, `x_asking.py` what they ask, `x_shown.py` what they show.
"""
