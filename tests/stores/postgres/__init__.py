"""PostgresDB, on a server of the tests' own."""
