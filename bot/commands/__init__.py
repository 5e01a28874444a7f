"""The commands of the server's user to the running bot."""
