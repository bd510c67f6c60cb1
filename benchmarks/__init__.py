"""What a training step costs: `python -m benchmarks`, described in `benchmarks/__main__.py`."""
