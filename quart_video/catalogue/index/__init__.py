"""The index: an SQLite file that holds what the storage was last seen to hold."""
