"""Incident records over HTTP: a WSGI application and what it is made of."""
