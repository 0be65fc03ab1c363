"""What people judge: decisions and dissent, answering or keeping silent, postures, findings."""
