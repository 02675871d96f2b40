"""Who is behind each part of a site: evidence and the provider catalogue to operators."""
