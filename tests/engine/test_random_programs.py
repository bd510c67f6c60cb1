"""Random programs that use their intermediate results again and again, against differences."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tinytorch as tt

# What can be done with values already computed, tame enough for finite differences at any depth.
STEPS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: (a * b) * 0.5,
    "div": lambda a, b: a / (b * b + 1.0),
    "outer": lambda a, b: (a.unsqueeze(-1) * b.unsqueeze(-2)).mean(-1),
    "tanh": lambda a, b: a.tanh() * b,
    "sin": lambda a, b: (a + b).sin(),
    "sigmoid": lambda a, b: a.sigmoid() - b,
    "softmax": lambda a, b: a.softmax(-1) + b,
    "mean": lambda a, b: a.mean(-1, keepdim=True) * b,
    "flip": lambda a, b: a[..., ::-1] * b,
    "gelu": lambda a, b: tt.nn.functional.gelu(a) + b,
    "same": lambda a, b: a * a * 0.5 + a,
    "matmul": lambda a, b: (a.unsqueeze(-1) @ b.unsqueeze(-2)).sum(-1) * 0.3,
    "cat": lambda a, b: tt.cat([a, a * b], -1)[..., 1:4] if a.ndim == 2 else a * b,
}

programs = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 100), st.integers(0, 100)),
    min_size=1,
    max_size=9,
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs, st.integers(0, 2**32 - 1))
def test_a_random_program_has_the_gradients_of_its_differences(program, seed):
    rng = np.random.default_rng(seed)
    xs = [
        tt.tensor(rng.uniform(-1, 1, shape), requires_grad=True) for shape in ((2, 3), (3,), (1, 3))
    ]

    def run(*xs):
        values = list(xs)
        for name, i, j in program:
            values.append(STEPS[name](values[i % len(values)], values[j % len(values)]))
        total = values[-1].sum()
        for value in values[:-1]:
            total = total + value.mean() * 0.1
        return total

    assert tt.autograd.gradcheck(run, xs, rtol=1e-5, atol=1e-7)
    gradient = [d.copy() for d in tt.autograd.grad(run(*xs), xs)]
    direction = [tt.tensor(rng.normal(size=x.shape)) for x in xs]
    _, product = tt.autograd.hvp(run, xs, direction)
    step = 1e-6
    nudged = [
        tt.tensor(x.data + step * d.data, requires_grad=True)
        for x, d in zip(xs, direction, strict=True)
    ]
    after = tt.autograd.grad(run(*nudged), nudged)
    for h, a, b in zip(product, after, gradient, strict=True):
        np.testing.assert_allclose(h, (np.asarray(a) - b) / step, rtol=1e-3, atol=1e-4)
