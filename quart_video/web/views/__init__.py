"""The views, one for each route."""
