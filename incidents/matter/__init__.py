"""What it is about: the incident, how grave it is, and the task force that answers it."""
