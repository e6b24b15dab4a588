"""The only way from a view to a library: what one request may have."""
