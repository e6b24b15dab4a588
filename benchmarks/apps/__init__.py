"""What each peer runs. The folder with the films is ``MEDIA_ROOT`` in the environment."""
