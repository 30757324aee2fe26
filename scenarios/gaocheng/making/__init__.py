"""How the synthetic district is made; `make.py` beside this folder runs it."""
