"""The provider catalogue: facts about providers, and the match of clues to providers."""
