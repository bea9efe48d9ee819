"""What a relay's EHLO reply means for a newsletter (RFC 5321 section 4.1.1.1), in words for whoever edits one. Pure."""

from pscb_mail.desk.doctor.check import Check, ok, warning

# An issue with a few pictures; anything smaller than this will be refused some day.
SIZE_ENOUGH = 5_000_000
# What an extension is good for, and what its lack means.
_EXTENSIONS = {
    "PIPELINING": ("takes several commands at once", "sending takes longer"),
    "CHUNKING": ("takes a message in one piece", "sending takes a little longer"),
    "SMTPUTF8": ("writes to addresses with letters such as ü", "addresses with letters such as ü are refused"),
    "DSN": ("reports delays", "delays may go unreported"),
}


def offers(check: str, label: str, features: dict[str, str]) -> Check:
    """Return what an EHLO reply means for a newsletter."""
    size = features.get("SIZE", "")
    largest = int(size) if size.isascii() and size.isdigit() else 0
    if 0 < largest < SIZE_ENOUGH:
        small = f"{label} takes messages up to {largest / 1_000_000:.1f} MB only (SIZE)."
        return warning(check, small, "Keep pictures and attachments small.")
    able = [f"takes messages of up to {largest / 1_000_000:.0f} MB (SIZE)"] if largest else []
    able += [f"{use} ({name})" for name, (use, _) in _EXTENSIONS.items() if name in features]
    able += [f"signs in by {', '.join(features['AUTH'].split())} (AUTH)"] if features.get("AUTH") else []
    lacks = [f"{name} ({what})" for name, (_, what) in _EXTENSIONS.items() if name not in features]
    detail = f"It {', '.join(able)}." if able else "It has nothing beyond the least."
    return ok(check, detail + (f" It lacks {', '.join(lacks)}; nothing needs doing." if lacks else ""))
