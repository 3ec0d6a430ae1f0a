"""How each learning platform names what it gives: one short description a file."""
