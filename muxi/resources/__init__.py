"""The methods of both services, one file a namespace; each method describes one call."""
