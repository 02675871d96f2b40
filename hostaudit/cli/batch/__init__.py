"""Lists of sites: one record a site, kept on disk as it comes, and a summary."""
