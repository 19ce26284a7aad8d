"""The use cases: they see the domain, the wire and their own ports, and nothing of the outside."""
