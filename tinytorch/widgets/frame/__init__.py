"""What all figures share: the base class in Python, and the modules and style of their frame."""
