"""The room of an incident on the chat server: as its timeline and its task force have it."""
