"""Errors: each says what is wrong and what to do."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "pscb_mail"
WITH_HINTS = {"UsageError", "SettingsError", "NotNowError", "MailboxAwayError", "MailboxRefusesError"}
# Their text is the reason why one row of a file is rejected, and the file's other rows are taken.
REASONS_OF_ROWS = {"people/importing.py"}


def test_every_error_says_what_to_do() -> None:
    """A sentence alone leaves an editor with it."""
    bare = [
        f"{path.relative_to(SOURCE)}:{call.lineno}"
        for path in sorted(SOURCE.rglob("*.py"))
        if str(path.relative_to(SOURCE)) not in REASONS_OF_ROWS
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in WITH_HINTS
        if len(call.args) < 2 and not call.keywords and not any(isinstance(each, ast.Starred) for each in call.args)
    ]
    assert bare == []
