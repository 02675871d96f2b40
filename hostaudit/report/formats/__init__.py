"""The output formats, one module each: the folder is the list."""
