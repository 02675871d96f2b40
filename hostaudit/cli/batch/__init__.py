"""``hostaudit scan --list`` as a command: the list, the records that are written, and the progress line."""
