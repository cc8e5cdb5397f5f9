"""Sends requests: the only package that knows httpx."""
