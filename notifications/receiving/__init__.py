"""How what people answer comes back: read, matched to what was asked, done, and told."""
