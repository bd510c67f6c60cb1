"""The engine: it records operations, runs the backward pass over them, and knows none of them."""
