"""What comes in: flags, the claims they make, and the evidence kept of them."""
