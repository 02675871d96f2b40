"""The pages of the terminal format. The ``PAGES`` of each module in this folder give, by document class, the function
that writes it. There is no other list."""
