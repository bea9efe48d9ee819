"""The program's way in: the `pscb-mail` script, and `python -m pscb_mail` where that is not on the path."""

import sys


def run() -> None:
    """Run the program. Ctrl-C is no crash even while its modules are still being read."""
    try:
        from pscb_mail.cli.app import main  # noqa: PLC0415

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
