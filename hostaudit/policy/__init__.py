"""Policy: the demands on a site, the checks that answer them, and the verdict."""
