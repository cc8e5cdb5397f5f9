"""Files that travel: uploads, downloads, and the names that downloads get."""
