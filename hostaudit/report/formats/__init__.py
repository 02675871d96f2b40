"""The output formats, one module each; there is no other list."""
