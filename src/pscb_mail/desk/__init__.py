"""What looks across the rooms: the overview, one person's story, the demo."""
