"""What comes back after a newsletter: read, understood, decided, acted on, filed."""
