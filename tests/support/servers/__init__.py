"""Real servers for tests, each on a temporary folder of its own, ended with the process.

    with PostgresServer() as server:
        psycopg.connect(server.url)

`stop` and `start` again keep the url and, where the server writes it to disk, the data.
"""

from tests.support.servers.mongo import MongoServer
from tests.support.servers.postgres import PostgresServer
from tests.support.servers.server import Server, ServerError

__all__ = ["MongoServer", "PostgresServer", "Server", "ServerError"]
