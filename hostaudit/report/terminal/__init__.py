"""The pages of the terminal format. The ``PAGES`` of each module in this folder give, by document class, the function
that writes it, and ``SCREENS`` the one that writes the answer alone, on one screen. There is no other list."""
