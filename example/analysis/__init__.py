"""Incident records: what they are, how they are read, and what they add up to."""
