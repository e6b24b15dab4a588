"""An opened file becomes a response of Quart. Knows no library."""
