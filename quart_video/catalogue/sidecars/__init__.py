"""What belongs to a video by its name: captions and posters. Pure."""
