"""`python -m evacsim` is the command `evacsim`."""

from evacsim.cli import main

if __name__ == "__main__":
    main()
