"""Child processes that look into files, with bounded time and memory."""
