"""How matters stand, told from the record: situation reports, and hand-overs between shifts."""
