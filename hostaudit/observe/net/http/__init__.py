"""Questions over HTTP and TLS."""
