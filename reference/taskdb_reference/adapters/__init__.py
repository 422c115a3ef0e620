"""Adapters between this interface and stores that others wrote."""
