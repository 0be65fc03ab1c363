"""What is done about it: the life of an incident, its steps, forms and playbook runs."""
