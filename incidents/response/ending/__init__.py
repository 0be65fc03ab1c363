"""How an incident is closed: its report drawn from the record, approved by another, and kept."""
