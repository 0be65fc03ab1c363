"""Who is there: organisations, persons, their addresses, roles, shifts and authority to sign."""
