"""Tables of how fast the course is and how much memory it takes, with the target beside each value."""
