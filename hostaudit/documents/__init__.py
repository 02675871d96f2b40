"""Input files and published documents: read strictly, refused with a line and a hint."""
