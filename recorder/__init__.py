"""The evidence: recordings written, verified and exported without knowing the broker."""
