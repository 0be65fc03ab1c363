"""The pages of the desk, whole without JavaScript."""
