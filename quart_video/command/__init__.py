"""What the command ``quart-video`` is made of: the app of one folder, and how it is spoken of."""
