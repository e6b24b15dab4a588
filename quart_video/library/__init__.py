"""What one mount serves, and the state that an app keeps of its mounts."""
