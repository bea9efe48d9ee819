"""The distribution list: who is on it, since when and why, and how each change is taken back."""
