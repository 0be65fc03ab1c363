"""How the tables came to be: one Alembic revision after another, the same on both databases."""
