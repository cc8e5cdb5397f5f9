"""What a call is and how it lives. Nothing here does I/O."""
