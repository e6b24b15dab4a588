"""What a child process takes out of one file. Imports PyAV; the server never does."""
