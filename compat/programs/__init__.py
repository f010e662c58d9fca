"""One small program per library; each prints which loop it runs on, and checks every answer that it gets."""
