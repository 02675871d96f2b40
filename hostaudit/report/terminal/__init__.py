"""The pages of the terminal format. A module here holds the pages of one document or of a family as ``PAGES``: by
document class the function that writes it. The folder is the list."""
