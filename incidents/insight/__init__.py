"""What can be asked of the record without changing it."""
