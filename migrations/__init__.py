"""The schema of the database through time."""

from pathlib import Path

#: Found beside the installed packages, whatever the working directory is.
SCRIPTS = Path(__file__).parent
