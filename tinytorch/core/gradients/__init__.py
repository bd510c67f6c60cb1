"""Tools made of backward passes: derivatives, checks, checkpointing, pictures of the graph."""
