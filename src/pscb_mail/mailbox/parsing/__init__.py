"""Bytes as they arrive: MIME, S/MIME, HTML, quotations, and who vouches for the sender. Pure and total."""
