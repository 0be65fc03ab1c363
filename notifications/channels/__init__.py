"""The ways out of the desk, one module each."""
