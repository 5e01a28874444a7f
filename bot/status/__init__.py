"""What `/status` shows, gathered from every part of the process."""
