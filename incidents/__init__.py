"""What an incident is and what may happen to it: no framework, no I/O but the database."""
