"""The directory: bodies through time, who works where, how they are reached, who answers."""
