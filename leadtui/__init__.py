"""leadtui: find people who ask for what you sell, triage them in a terminal, answer honestly."""

__version__ = "0.1.0"
