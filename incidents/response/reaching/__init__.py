"""What becomes of an alert that reaches nobody."""
