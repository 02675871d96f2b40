"""The pages of the terminal format: one module for each document or family of documents."""
