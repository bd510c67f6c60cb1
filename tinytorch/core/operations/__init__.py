"""The operations: formula, gradient rule, public function and Tensor methods, topic by topic."""
