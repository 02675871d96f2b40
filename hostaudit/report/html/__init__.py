"""The report as one page that needs nothing else: ``page`` puts it together, ``view`` decides what stands in it."""
