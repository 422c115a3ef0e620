"""The backend declarations that ``taskdb check`` finds by name."""
