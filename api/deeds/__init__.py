"""What people ask of the desk, once for REST and pages: request, right and verb."""
