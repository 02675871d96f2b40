"""The functions of a site, such as its web site or incoming mail, and what each of them rests on."""
