"""The desk's records in a database: SQLite or PostgreSQL, one file for each port. `repositories.Database` bundles them."""
