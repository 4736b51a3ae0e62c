"""The half of cov-run that lives inside a pytest session."""
