"""Steps: work asked of people, the runs that ask it, its forms, who can take it, and silence."""
