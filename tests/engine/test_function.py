"""Every operation's own `run` against `Function.run`, which says what it does."""

import numpy as np
import pytest
from operations import OPERATIONS
from test_operations import CASES, tensors

import tinytorch as tt
from tinytorch.core.autograd import AddBackward, ExpBackward, Function, MulBackward, Variable


def plainly(call):
    """Every operation of `call` through `Function.run`, which takes over where somebody watches."""
    with tt.autograd.watch(lambda *_: None):
        return call()


def same(a, b):
    kinds = {(type(x), getattr(x, "dtype", None)) for x in (a, b)}
    return len(kinds) == 1 and np.array_equal(a, b, equal_nan=True)


def sources(node):
    return [to and (type(to), to.shape, to.dtype) for to in node.next_functions]


@pytest.mark.parametrize("op, case", CASES)
def test_what_is_written_out_leaves_what_run_leaves(op, case):
    def call():
        tt.manual_seed(0)
        return op.call(tt, *xs, **case.params)

    xs = tensors(case)
    z, expected = call(), plainly(call)
    node, other = z.grad_fn, expected.grad_fn
    assert same(z._data, expected._data) and type(z) is type(expected) and z.grad is None
    assert type(node) is type(other) and (node.shape, node.dtype) == (other.shape, other.dtype)
    assert sources(node) == sources(other)
    assert all(map(same, node.saved_tensors, other.saved_tensors))
    assert type(node.intermediate) is type(other.intermediate)


@pytest.mark.parametrize("op, bad", [(op, bad) for op in OPERATIONS for bad in op.refusals])
def test_what_is_written_out_refuses_what_run_refuses(op, bad):
    xs = tensors(bad)
    with pytest.raises(bad.error) as caught:
        plainly(lambda: op.call(tt, *xs, **bad.params))
    assert str(caught.value) == bad.message


def inputs():
    x = tt.tensor([1.0, 2.0], requires_grad=True)
    yield x, tt.nn.Parameter([3.0, 4.0])
    yield x, Variable([3.0, 4.0])
    yield x, tt.tensor(np.array([3.0, 4.0]))
    yield x, tt.tensor([3, 4])
    yield from ((x, number) for number in (3, 2.5, True, np.float64(3), np.array([3.0, 4.0])))
    yield 2.0, x
    yield x.detach(), x.detach()
    yield tt.tensor(2.0, requires_grad=True), tt.tensor(np.float64(3.0))


@pytest.mark.parametrize("a, b", list(inputs()), ids=lambda x: f"{type(x).__name__} {x}"[:40])
@pytest.mark.parametrize("recording", [True, False])
def test_what_is_written_out_takes_what_run_takes(a, b, recording):
    with tt.set_grad_enabled(recording):
        z, expected = MulBackward.run(a, b), plainly(lambda: MulBackward.run(a, b))
    assert type(z) is type(expected) and same(z._data, expected._data)
    assert z.requires_grad is expected.requires_grad
    if z.requires_grad:
        assert z.grad_fn.next_functions == expected.grad_fn.next_functions
        assert all(map(same, z.grad_fn.saved_tensors, expected.grad_fn.saved_tensors))


def test_parameters_are_named_and_checked():
    class TwiceBackward(Function):
        def forward(self, x, *, offset=1.0):
            return 2 * x + offset

        def apply(self, g):
            return (2 * g,)

    x = tt.tensor(3.0, requires_grad=True)
    assert TwiceBackward.run(x).item() == 7
    assert TwiceBackward.run(x, offset=0).item() == 6
    with pytest.raises(TypeError, match=r"twice: .* unexpected keyword argument 'shift'"):
        TwiceBackward.run(x, shift=0)
    with pytest.raises(TypeError, match=r"TwiceBackward\.run\(\) takes 1 positional argument"):
        TwiceBackward.run(x, x)
    with pytest.raises(TypeError, match=r"ExpBackward\.run\(\) takes 1 positional argument"):
        ExpBackward.run(x, x)


def test_a_formula_changed_later_is_the_one_that_runs(monkeypatch):
    a, b = tt.tensor(2.0), tt.tensor(3.0)
    assert AddBackward.run(a, b).item() == 5
    monkeypatch.setattr(AddBackward, "forward", lambda self, a, b: a - b)
    assert AddBackward.run(a, b).item() == -1


def test_a_class_with_a_run_of_its_own_is_refused():
    """What `super().run` makes would be a node of the parent."""
    with pytest.raises(TypeError, match="LoudBackward: run belongs to the engine; write forward"):
        type("LoudBackward", (MulBackward,), {"run": classmethod(lambda cls, a, b: None)})


def test_a_formula_that_is_no_method_is_refused():
    with pytest.raises(TypeError, match=r"ExpBackward: forward must be a method, .* got ufunc"):
        type("ExpBackward", (Function,), {"forward": np.exp})


def test_inputs_may_have_the_names_of_the_engine():
    class OddBackward(Function):
        saves = ("node", "z")

        def forward(self, node, cls, *, out, dtype):
            return node * cls + out + dtype

        def apply(self, g):
            return g, g

    x = tt.tensor(2.0, requires_grad=True)
    z = OddBackward.run(x, 3, out=1, dtype=0.5)
    assert z.item() == 7.5 and z.grad_fn.saved_tensors == (2, 7.5)
