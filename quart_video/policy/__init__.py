"""What a library is configured with: pure decisions. Imports :mod:`quart_video.http` alone."""
