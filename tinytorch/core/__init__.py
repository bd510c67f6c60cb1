"""The library, room by room: the engine, the operations, the Tensor, layers, learning."""
