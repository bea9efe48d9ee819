"""A newsletter from a folder: people, issues, sending, mailbox."""
