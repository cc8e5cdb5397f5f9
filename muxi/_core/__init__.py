"""Calls and their life cycle, without I/O."""
