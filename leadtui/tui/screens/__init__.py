"""Screens over the main one; each is imported when it is opened, never before the first frame."""
