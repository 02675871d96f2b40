"""``hostaudit scan --list`` as a command: the list, what is written of each site, and the line of progress."""
