"""What a user can ask for, whichever face asks."""
