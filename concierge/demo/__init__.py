"""The demonstration: an invented organisation with believable work, one earlier session on record, and links to begin.

Everything here goes through the same services, core and recorder as the real thing. It never sets a password anybody
could know, and names no real person or company.
"""
