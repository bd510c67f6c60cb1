"""The exercise on checkpointing, as readers write it."""

import pytest

import tinytorch as tt
from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def first_run(self, x, *, function):
    self.function = function
    with tt.no_grad():
        return function(tt.tensor(x)).data


def recorded(self, x, *, function):
    self.z = function(tt.tensor(x, requires_grad=True))
    return self.z.data


def given_an_array(self, x, *, function):
    return function(x).data


def a_tensor(self, x, *, function):
    self.function = function
    return function(tt.tensor(x)) * 2


def again(self, leaf):
    with tt.enable_grad():
        return self.function(leaf)


def right(self, g):
    leaf = tt.tensor(self.saved_tensors[0], requires_grad=True)
    again(self, leaf).backward(g)
    return (leaf.grad.data,)


def no_tuple(self, g):
    return right(self, g)[0]


def by_hand(self, g):
    leaf = tt.tensor(self.saved_tensors[0], requires_grad=True)
    return tt.autograd.grad(again(self, leaf), leaf, g)


def without_g(self, g):
    leaf = tt.tensor(self.saved_tensors[0], requires_grad=True)
    with tt.enable_grad():
        self.function(leaf).sum().backward()
    return (leaf.grad.data,)


def not_reduced(self, g):
    leaf = tt.tensor(self.saved_tensors[0], requires_grad=True)
    again(self, leaf).backward()
    return (leaf.grad.data,)


def not_recording(self, g):
    leaf = tt.tensor(self.saved_tensors[0], requires_grad=True)
    self.function(leaf).backward(g)
    return (leaf.grad.data,)


def no_leaf(self, g):
    x = tt.tensor(self.saved_tensors[0])
    again(self, x).backward(g)
    return (x.grad.data,)


def an_array(self, g):
    again(self, self.saved_tensors[0]).backward(g)


def twice(self, g):
    right(self, g)
    return right(self, g)


def pass_twice(self, g):
    leaf = tt.tensor(self.saved_tensors[0], requires_grad=True)
    z = again(self, leaf)
    z.backward(g, retain_graph=True)
    leaf.grad = None
    z.backward(g)
    return (leaf.grad.data,)


def g_alone(self, g):
    again(self, tt.tensor(self.saved_tensors[0]))
    return (g,)


def old_graph(self, g):
    self.z.backward(g)
    return (g,)


@pytest.mark.parametrize(
    ("forward", "apply", "said"),
    [
        (first_run, right, "Right. "),
        (first_run, no_tuple, "a tuple with one gradient"),
        (first_run, by_hand, "`backward(g)` reaches every leaf"),
        (first_run, without_g, "that of g = 1 everywhere"),
        (first_run, not_reduced, "Begin with the upstream gradient"),
        (first_run, not_recording, "`with tt.enable_grad():`"),
        (first_run, no_leaf, "is it a leaf that requires a gradient"),
        (first_run, an_array, "make a Tensor of `x` first"),
        (first_run, twice, "calls the function 2 times"),
        (first_run, pass_twice, "its gradient twice"),
        (first_run, g_alone, "g unchanged: pass it through"),
        (first_run, lambda self, g: None, "returns nothing yet"),
        (recorded, old_graph, "holds a Tensor with a `grad_fn`"),
        (given_an_array, right, "call the function on `tt.tensor(x)`"),
        (a_tensor, right, "Not yet."),
        (lambda self, x, *, function: None, right, "`forward` returns nothing"),
    ],
)
def test_the_answer_names_it(forward, apply, said):
    body = {"saves": ("x",), "forward": forward, "apply": apply}
    assert said in str(check(type("MyCheckpoint", (Function,), body)))


def test_nothing_saved():
    body = {"forward": first_run, "apply": right}
    assert "raises `IndexError" in str(check(type("MyCheckpoint", (Function,), body)))


def test_what_is_no_function():
    assert "A subclass of `Function`" in str(check(len, "CheckpointBackward"))
