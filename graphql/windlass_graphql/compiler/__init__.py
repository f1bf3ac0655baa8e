"""Queries become one SQL statement that returns the finished JSON text."""
