"""HTTP and pages: REST under /api/v1, the desk's pages, sign-in and live updates."""
