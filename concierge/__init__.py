"""Concierge: a broker for remote-support sessions in which what cannot be recorded does not happen."""
