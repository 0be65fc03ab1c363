"""Duty rosters: rotations, what changes them, the shifts that come of both, and their faults."""
