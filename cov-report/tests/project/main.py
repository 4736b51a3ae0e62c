from api.server import Server

Server().get("a;b")
