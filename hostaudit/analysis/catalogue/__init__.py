"""What is known of providers, and which of them a clue points to."""
