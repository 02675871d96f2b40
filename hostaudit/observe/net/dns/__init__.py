"""Questions over DNS."""
