"""What a run came to, told to people (terminal, html) and to programs (junit)."""
