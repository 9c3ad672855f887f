"""The command line: one file per noun; heavy imports happen inside the functions."""
