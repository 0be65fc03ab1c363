"""What is learnt: the review meeting, and lessons followed over incidents."""
