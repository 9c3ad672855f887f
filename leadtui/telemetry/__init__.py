"""What the program tells about itself: structured logs, metrics, and the HTTP endpoint that serves them."""
