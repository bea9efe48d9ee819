"""`python -m pscb_mail`: the program, where its script is not on the path."""

from pscb_mail.cli.app import main

main()
