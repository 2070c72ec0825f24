"""The store: SQLModel tables, the group-committing writer and every SQL statement of the service."""
