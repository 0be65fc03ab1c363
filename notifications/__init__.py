"""How a message reaches a person, and how the answer comes back."""
