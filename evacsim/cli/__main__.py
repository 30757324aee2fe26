"""`python -m evacsim.cli` is `evacsim`."""

from evacsim.cli import main

if __name__ == "__main__":
    main()
