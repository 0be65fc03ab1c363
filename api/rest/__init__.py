"""The REST interface under /api/v1, which stays stable."""
