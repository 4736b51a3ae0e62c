def f(x):
	if x:
		return "<&>"


def g():  # pragma: no cover
	"""Doc
	string"""
