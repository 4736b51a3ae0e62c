"""Batches of incident files: read, processed in stages by several threads, written."""
