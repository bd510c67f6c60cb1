"""The exercises of the concept chapters: what their checks say of stubs, mistakes and solutions."""

import inspect
import re

import numpy as np
import pytest
from chapters import ROOT, Chapter, cells, names

from tinytorch.core import engine


@pytest.fixture(scope="module")
def gradients():
    return names("engine/chain_rule", "check_gradients")["check_gradients"]


@pytest.fixture(scope="module")
def directions():
    return names("engine/gradient", "loss", "check_directions")["check_directions"]


@pytest.fixture(scope="module")
def backward():
    return names("engine/backward", "check_pass", "recursive_backward")


@pytest.fixture(scope="module")
def closures():
    return names("two_engines/two_engines", "collect", "tensor", "check_divide")


@pytest.fixture(scope="module")
def shapes():
    return names("start/notation", "check_shapes")["check_shapes"]


def s_bar(x, y):
    return 2 * (x * y + x)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda x, y: (s_bar(x, y) * y, s_bar(x, y) * x), "the path through the product"),
        (lambda x, y: (s_bar(x, y), s_bar(x, y) * x), "the direct path"),
        (lambda x, y: (1 + y, x), "upstream gradient, ∂L/∂s, is missing"),
        (lambda x, y: s_bar(x, y) * (1 + y), "Return two gradients"),
        (lambda x, y: (s_bar(x, y) * x, s_bar(x, y) * (1 + y)), "The two are exchanged"),
        (lambda x, y: (None, None), "Return two gradients"),
        (lambda x, y: (s_bar(x, y) * (1 + y), 0.0), "∂L/∂y is 32, yours 0"),
    ],
)
def test_chain_rule_names_the_mistake(gradients, work, said):
    answer = gradients(work)
    assert answer.passed is False
    assert said in str(answer)


def along(gradient, d):
    return gradient @ d / np.linalg.norm(d)


@pytest.mark.parametrize(
    ("slope", "down", "said"),
    [
        (lambda g, d: g @ d, None, "Divide by the length"),
        (lambda g, d: g * d, None, "A slope is one number"),
        (along, lambda g: g / np.linalg.norm(g), "leads uphill"),
        (along, lambda g: -g, "the way down is"),
        (lambda g, d: None, None, "returns nothing"),
        (along, lambda g: None, "returns nothing"),
    ],
)
def test_gradient_names_the_mistake(directions, slope, down, said):
    answer = directions(slope, down)
    assert answer.passed is False
    assert said in str(answer)


def in_rings(result):
    grads, queue, seen = {result.grad_fn: 1.0}, [result.grad_fn], set()
    for node in queue:
        if node not in seen and node.next_functions:
            seen.add(node)
            for source, d in zip(node.next_functions, node.apply(grads[node]), strict=True):
                if source is not None:
                    grads[source] = grads.get(source, 0) + d
                    queue.append(source)
    return {node: g for node, g in grads.items() if not node.next_functions}


def sorted_by_recursion(result):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for source in filter(None, node.next_functions):
                visit(source)
            order.append(node)

    visit(result.grad_fn)
    grads = {result.grad_fn: 1.0}
    for node in reversed(order):
        if node.next_functions:
            for source, d in zip(node.next_functions, node.apply(grads[node]), strict=True):
                if source is not None:
                    grads[source] = grads.get(source, 0) + d
    return {node: grads[node] for node in order if not node.next_functions}


def test_backward_names_the_mistake(backward):
    def recursive(result):
        grads = {}
        backward["recursive_backward"](result.grad_fn, 1.0, grads)
        return grads

    for work, said in [
        (recursive, "`apply` was called 4 times for 3 nodes"),
        (in_rings, "before all of its gradients were in"),
        (sorted_by_recursion, "5,000 operations in a row overflow it"),
        (lambda result: {result.grad_fn: 1.0}, "is no leaf"),
        (lambda result: {result: 1.0}, "the key is a Tensor"),
        (lambda result: 3, "return a dictionary"),
    ]:
        answer = backward["check_pass"](work)
        assert answer.passed is False
        assert said in str(answer)


def quotient(send, parents=lambda a, b: (a, b), value=lambda a, b: a.data / b.data, attach=True):
    def divide(a, b):
        out = type(a)(value(a, b), parents(a, b))
        if attach:
            out.send = lambda: send(a, b, out)
        return out

    return divide


def collecting(of_a, of_b):
    def send(a, b, out):
        a.collect(of_a(out.grad, a.data, b.data))
        b.collect(of_b(out.grad, a.data, b.data))

    return send


def assigning(a, b, out):
    a.grad = out.grad / b.data
    b.grad = -out.grad * a.data / b.data**2


def to_a(g, a, b):
    return g / b


def to_b(g, a, b):
    return -g * a / b**2


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (quotient(assigning), "add to its gradient with `collect`"),
        (quotient(collecting(lambda g, a, b: 1 / b, to_b)), "let g be `out.grad`"),
        (quotient(collecting(to_a, lambda *all: -to_b(*all))), "is 0.75, and should be -0.75"),
        (quotient(collecting(to_a, lambda *all: -to_b(*all))), "The sign is wrong"),
        (quotient(collecting(to_a, to_b), parents=lambda a, b: (a,)), "both be parents"),
        (quotient(collecting(to_a, to_b), value=lambda a, b: b.data / a.data), "quotient is wrong"),
        (quotient(collecting(to_a, to_b), attach=False), "is `send` attached"),
        (lambda a, b: a.data / b.data, "no `Value`"),
        (lambda a, b: None, "returns nothing yet"),
    ],
)
def test_two_engines_names_the_mistake(closures, work, said):
    answer = closures["check_divide"](work)
    assert not answer.passed
    assert said in str(answer)


def test_two_engines_sees_a_call_instead_of_a_function(closures):
    def divide(a, b):
        out = type(a)(a.data / b.data, (a, b))
        out.send = assigning(a, b, out)
        return out

    assert "was called instead of attached" in str(closures["check_divide"](divide))


def test_notation_names_the_shape(shapes):
    right = {"x": (8, 5, 4), "W": (3, 4), "b": (3,), "s": (5, 1), "z": (8, 5, 3)}
    assert shapes(right)
    assert shapes({**right, "x": [8, 5, 4]})
    answer = shapes({**right, "b": (8, 5, 3)})
    assert answer.passed is False
    assert "`b` has shape (3,)" in str(answer)


@pytest.mark.parametrize(
    "chapter",
    ["engine/chain_rule", "engine/gradient", "engine/backward", "two_engines/two_engines"],
)
def test_stub_is_not_written_and_solution_is_right(chapter):
    *_, check, stub, solution = cells(chapter)
    space = names(chapter, "loss", "recursive_backward", "collect", "tensor")
    exec(check, space)
    for code, passed in [(stub, None), (solution, True)]:
        *body, last = code.rstrip().splitlines()
        exec("\n".join(body), space)
        assert eval(last, space).passed is passed


def test_remarks_quote_the_engine_as_it_is():
    start, end = (chapter := Chapter(ROOT / "book/engine/backward.md")).section("The engine's own")
    remarks = re.findall(r"^- .*$", chapter.text[start:end], re.M)
    quoted = [code for line in remarks for code in re.findall(r"`([^`]*[(=][^`]*)`", line)]
    loop = inspect.getsource(engine.propagate)
    assert len(quoted) >= 4
    assert [code for code in quoted if code not in loop] == []
