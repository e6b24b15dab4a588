"""Videos in a folder of this machine."""
