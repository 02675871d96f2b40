"""One site seen from several places: the report, the what-if and the replacements of each place, put together."""
