"""What the law sets a time for: proposed, started by a person, sounded, ended with its proof."""
