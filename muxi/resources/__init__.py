"""The methods of both services, one file for each namespace. Methods describe calls."""
