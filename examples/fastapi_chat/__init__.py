"""A chat page and its service: sign in, chat, reload."""
