"""Many sites in one run: the loop over them, the judging process, and the file of records."""
