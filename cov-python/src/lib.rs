//! What is Python's alone: coverage.py's data and reports.
