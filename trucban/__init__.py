"""Trực Ban, the duty desk: the command line and the one place that puts the folders together."""
