"""The life of an incident: opened, graded, resolved, taken up again, merged; and exercises."""
