"""`python -m demo` is the command `nija`."""

from demo.cli import main

if __name__ == "__main__":
    main()
