"""The four clients: what users construct. Their methods come from `muxi.resources`."""
