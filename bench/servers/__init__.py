"""Real database servers, for benchmarks and tests. Each has a temporary folder of its own.

    with PostgresServer() as server:
        psycopg.connect(server.url)

A server ends with the process that started it. After `stop` and `start`, it has the same URL, and
the data that it had written to disk.
"""

from bench.servers.mongo import MongoServer
from bench.servers.postgres import PostgresServer
from bench.servers.redis import RedisServer
from bench.servers.server import Server, ServerError

__all__ = ["MongoServer", "PostgresServer", "RedisServer", "Server", "ServerError"]
