"""HTTP and pages: REST under /api/v1, the incident room, sign-in, live updates."""
