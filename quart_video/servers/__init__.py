"""What is added to an ASGI server, for who runs it: no part of an app, and nothing imports it."""
