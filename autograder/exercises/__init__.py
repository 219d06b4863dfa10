"""A module for each notebook; its LESSON is the notebook's table of contents."""
