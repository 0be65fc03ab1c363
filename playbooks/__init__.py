"""What to do in which crisis: content, not machinery."""
