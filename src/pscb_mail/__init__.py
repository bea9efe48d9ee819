"""A newsletter from a folder: people, issues, sending, mailbox."""

__version__ = "1.0.0"
