"""Who does it: task forces founded and seated, those concerned taken out, people who leave."""
