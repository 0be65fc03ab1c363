"""Prefect, the engine loop, and the verbs a playbook is written with."""
