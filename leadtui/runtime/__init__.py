"""What keeps the program standing: the home folder, the identity of a process."""
