"""Serves incident records, to a tab-indented client <&> "friends"."""
import analysis.parse as p


class Server:
	"""A server
	of two lines."""

	def get(self, line):
		if line:
			return p.parse(line)

	def put(self, line):
		raise NotImplementedError(line)


PORT = 8080
