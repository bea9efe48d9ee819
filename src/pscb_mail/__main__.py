"""The program's way in: the `pscb-mail` script, and `python -m pscb_mail` where that is not on the path."""

import sys

from pscb_mail import __version__
from pscb_mail.errors import Exit


def run() -> None:
    """Run the program. Ctrl-C is no crash even while its modules are still being read."""
    if sys.argv[1:] == ["--version"]:  # what scripts and support ask for needs none of them
        print(f"pscb-mail {__version__}")  # noqa: T201
        return
    try:
        from pscb_mail.cli.app import main  # noqa: PLC0415

        main()
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    run()
