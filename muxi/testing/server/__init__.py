"""The emulator's control plane (contract server-api)."""
