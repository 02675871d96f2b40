"""What is demanded of a site, and whether it holds."""
