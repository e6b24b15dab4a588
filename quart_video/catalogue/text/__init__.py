"""Natural order of names, and the words that a search matches. Pure."""
