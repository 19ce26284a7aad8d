"""View models: one frozen value for each page, holding exactly what its template needs.

Rule: values in, nothing out. No I/O, no clock, no services; whoever fills a view has already decided what may be seen.
"""
