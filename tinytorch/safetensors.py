"""Weights that travel between libraries, as `safetensors.torch` has it.

>>> from tinytorch.safetensors import load_file, load_model, save_file, save_model
"""

from .core.training.exchange import load_file, load_model, save_file, save_model

__all__ = ["load_file", "load_model", "save_file", "save_model"]
