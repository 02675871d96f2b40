"""The data behind the look-ups: what is there, how it is renewed, how old it is."""
