"""Every file that is handed to us or published: read strictly, refused with a line and a hint."""
