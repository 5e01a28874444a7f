"""`python -m bot` is `nija` without what needs a sandbox."""

from bot.cli import main

if __name__ == "__main__":
    main()
