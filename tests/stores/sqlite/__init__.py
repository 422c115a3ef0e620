"""SQLiteDB, and what it shares with the other stores in SQL databases."""
