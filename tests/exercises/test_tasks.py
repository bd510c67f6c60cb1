"""The exercises on the engine and on learning: what their checks say of readers' functions."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.core import autograd
from tinytorch.exercises import RULES, TASKS, check
from tinytorch.exercises.answer import Wrong
from tinytorch.exercises.given.closures import Value
from tinytorch.exercises.given.recording import Times
from tinytorch.exercises.given.recording import Value as Number
from tinytorch.exercises.tasks import graphs, passes
from tinytorch.workshop.catalog import exercises


def says(name, work, *said):
    answer = check(work, name)
    assert answer.passed is False, answer
    for words in said:
        assert words in str(answer)


@pytest.mark.parametrize(
    ("name", "mistake"), [(name, m) for name, task in TASKS.items() for m in task.mistakes]
)
def test_every_recorded_mistake_fails_by_name(name, mistake):
    assert mistake.says
    says(name, mistake.work, mistake.says)


@pytest.mark.parametrize("name", TASKS)
def test_what_is_not_written_is_not_judged(name):
    def raising(*args, **kwargs):
        raise NotImplementedError

    def empty(*args, **kwargs):
        return None

    if name == "Tensor":
        raising = type("MyTensor", (), {"__init__": lambda self, data: None, "__add__": raising})
        assert check(raising, name).passed is None
        return
    assert check(raising, name).passed is None
    if name != "step":  # which returns nothing
        assert not check(empty, name)


@pytest.mark.parametrize("name", TASKS)
def test_what_is_no_function_is_refused(name):
    says(name, 3, "Give `check` the ")


def test_names_tell_the_task():
    def my_clip(gradients, limit):
        raise NotImplementedError

    def clip_solution(gradients, limit):
        return gradients

    assert check(my_clip).passed is None
    assert "nothing was clipped" in str(check(clip_solution))


def test_an_error_in_the_readers_code_comes_with_its_line():
    def my_clip(gradients, limit):
        return gradients.nothing

    answer = str(check(my_clip))
    assert "return gradients.nothing" in answer and "AttributeError" in answer


def test_a_function_that_takes_other_arguments():
    says("clip", lambda gradients: gradients, "It is called as `my_clip(gradients, limit)`")


# ---------------------------------------------------------------------- what once was accepted


def preorder(result):
    """Depth first: right where every node is used once."""
    order, stack, seen = [], [result.grad_fn], set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack += [s for s in node.next_functions if s is not None]
    grads, leaves = {result.grad_fn: 1.0}, {}
    for node in order:
        if not node.next_functions:
            leaves[node] = grads[node]
            continue
        for source, d in zip(node.next_functions, node.apply(grads[node]), strict=True):
            if source is not None:
                grads[source] = grads.get(source, 0) + d
    return leaves


def test_an_order_by_depth_is_no_order():
    says("backward", preorder, "a*3*5 + a", "before all of its gradients were in")


def one_of_each(result):
    """A count of one for each node that is used, however many edges lead to it."""
    return passes.counting(result, counts_edges=False)


@pytest.mark.parametrize(("graph", "work"), [("a*3*5 + a", preorder), ("x*3 + x*x", one_of_each)])
def test_a_graph_that_came_out_wrong_and_passed(graph, work):
    program = graphs.made(graphs.KNOWN[graph])
    with pytest.raises(Wrong, match=r"before all of its gradients were in\?"):
        passes.compared(graph, program, work)
    says("backward", work, "before all of its gradients were in?")


def test_the_order_of_creation_is_not_to_be_used():
    def by_creation(result):
        return {result.grad_fn.order: 1.0}

    says("backward", by_creation, "`node.order` is not yours")


def slopes(f, x, h=1e-6):
    t = tt.tensor(x, requires_grad=True)
    f(t).backward()
    n = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        n[i] = (f(tt.tensor(up)).item() - f(tt.tensor(down)).item()) / (2 * h)
    return t.grad.data, n


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (lambda a, n: bool((a - n < 1e-5 * (1 + abs(n))).all()), "absolute value"),
        (lambda a, n: bool((n - a < 1e-5 * (1 + abs(n))).all()), "absolute value"),
        (lambda a, n: bool((abs(a - n) <= 1e-6 * abs(n)).all()), "relative tolerance alone"),
        (lambda a, n: abs(a - n) < 1e-6, "it returns a `ndarray`"),
    ],
)
def test_a_comparison_that_lets_errors_by(verdict, said):
    says("gradcheck", lambda f, x, h=1e-6: verdict(*slopes(f, x)), said)


def test_one_random_direction_is_not_every_entry():
    def along(f, x, h=1e-6):
        t = tt.tensor(x, requires_grad=True)
        f(t).backward()
        d = np.random.default_rng(4).normal(size=x.shape)
        n = (f(tt.tensor(x + h * d)).item() - f(tt.tensor(x - h * d)).item()) / (2 * h)
        return bool(abs((t.grad.data * d).sum() - n) < 1e-6 * (1 + abs(n)))

    says("gradcheck", along, "never nudges the entry [0, 0] by itself")


def test_a_pair_may_be_an_array():
    def as_array(x, y):
        s = x * y + x
        return np.array([2 * s * (y + 1), 2 * s * x])

    assert check(as_array, "gradients").passed is True


# ------------------------------------------------------------------------- more as readers write


@pytest.mark.parametrize(
    ("name", "work", "said"),
    [
        (
            "gradients",
            lambda x, y: 2 * (x * y + x) * (1 + y),
            "Return gradient of x, gradient of y",
        ),
        ("gradients", lambda x, y: (2 * (x * y + x) * (1 + y), 0.0), "is 0, and should be 32"),
        ("backward", lambda result: {result: 1.0}, "a key is"),
        ("backward", lambda result: {result.grad_fn: 1.0}, "is no leaf"),
        ("backward", lambda result: 3, "return a dictionary"),
        ("backward", lambda result: {}, "1 leaves are reached, yours has 0"),
        ("momentum", lambda p, g, v, t: p - 0.05 * g, "Return p, v"),
        ("momentum", lambda p, g, v, t: (p.sum(), v), "`p` has shape ()"),
        ("momentum", lambda p, g, v, t: (2 * p, v), "v should become"),
        ("momentum", lambda p, g, v, t: (p + 0.05 * (0.9 * v + g), 0.9 * v + g), "uphill"),
        ("momentum", lambda p, g, v, t: (p - 0.05 * (0.9 * v + g), 0.9 * v + g), "is called as"),
        ("adam", lambda p, g, m, v, t, **o: (p, m), "Return p, m, v"),
        ("adam", lambda p, g, m, v, t, **o: (p, m, v), "m should become"),
        (
            "adam",
            lambda p, g, m, v, t, **o: (p - np.sqrt(-g * g), m, v - g * g),
            "v is a mean of squares",
        ),
        (
            "adam",
            lambda p, g, m, v, t, **o: (p - g / (1 - 0.9 ** (t - 1)), m, v),
            "t counts from 1",
        ),
        ("clip", lambda gs, c: [g / 2 for g in gs], "yours are"),
        ("clip", lambda gs, c: gs[:1], "one gradient for each"),
        ("clip", lambda gs, c: [g.ravel() for g in gs], "changed its shape"),
        (
            "training_step",
            lambda model, optimizer, loss_fn, batches: (optimizer.zero_grad(), optimizer.step()),
            "finds no gradient",
        ),
        ("divide", lambda a, b: Value(b.data / a.data, (a, b)), "quotient is wrong"),
        ("run", lambda operation, *inputs: Number(3.0, Times()), "2 times 0.5 is 1"),
        (
            "schedule",
            lambda step, peak, warmup, total: peak / 3,
            "the rate is 0.133333, and should be 0.04",
        ),
        (
            "unbroadcast",
            lambda grad, shape: grad[:, 1:].sum(0) if grad.shape != shape else grad,
            "Sum over axes [0]",
        ),
    ],
)
def test_the_answer_says(name, work, said):
    says(name, work, said)


def test_a_rate_inside_the_sum_is_right_with_a_remark():
    def inside(p, g, v, t, lr=0.05, mu=0.9):
        v = mu * v + lr * g
        return p - v, v

    answer = check(inside, "momentum")
    assert answer.passed is True
    assert "the rate in it" in str(answer)


def test_a_step_may_not_change_the_gradient():
    def in_place(p, g, v, t, lr=0.05, mu=0.9):
        g += mu * v
        return p - lr * g, g

    says("momentum", in_place, "changes `g` in place")


def recorded(w, rate):
    w -= rate * w.grad


def in_no_grad(w, rate):
    with tt.no_grad():
        w[:] = w - rate * w.grad
    w.zero_grad()


def test_a_step_of_descent():
    says("step", recorded, "no_grad()")
    assert check(in_no_grad, "step").passed is True


# ------------------------------------------------------------------- only the reader's is judged


def broken(self, *args, **kwargs):
    raise AssertionError("the package's own class was run")


@pytest.mark.parametrize("name", RULES)
def test_the_package_s_own_class_has_no_part_in_it(name, monkeypatch):
    """The stub is not written. With the package's class made to raise, the solution passes."""
    exercise = exercises()[name]
    space = {}
    exec("\n".join(exercise.imports), space)
    exec(f"{exercise.given}\n{exercise.stub}", space)
    assert check(space[exercise.name]).passed is None
    exec(exercise.solution, space)
    for method in ("forward", "apply", "run"):
        monkeypatch.setattr(getattr(autograd, name), method, broken)
    answer = check(space[exercise.name])
    assert answer.passed is True, answer


PACKAGE = {
    "unbroadcast": ["core.autograd.unbroadcast"],
    "backward": ["core.autograd.backward"],
    "hooked_backward": ["core.autograd.backward"],
    "gradcheck": ["autograd.gradcheck"],
    "sgd": ["optim.SGD.step"],
    "momentum": ["optim.SGD.step"],
    "adam": ["optim.Adam.step"],
    "schedule": ["optim.lr_scheduler.CosineAnnealingLR.step"],
    "clip": ["nn.utils.clip_grad_norm_"],
    "training_step": ["optim.SGD.step", "core.training.Trainer.fit"],
    "training_loop": ["optim.SGD.step", "core.training.Trainer.fit"],
    "run": ["core.autograd.Function.run"],
    "Tensor": ["core.autograd.Function.apply", "core.autograd.backward"],
}


@pytest.mark.parametrize("name", TASKS)
def test_stub_is_not_written_and_solution_is_right_without_the_package(name, monkeypatch):
    exercise = exercises()[name]
    space = {}
    exec("\n".join(exercise.imports), space)
    exec(f"{exercise.given}\n{exercise.stub}", space)
    assert check(space[exercise.name]).passed is None
    for path in PACKAGE.get(name, ()):
        monkeypatch.setattr(f"tinytorch.{path}", broken)
    exec(exercise.solution, space)
    answer = check(space[exercise.name])
    assert answer.passed is True, answer


def test_a_door_that_wrote_into_the_classes_leaves_them_as_they_were():
    def into_the_class(operation, *inputs):
        operation.sources = [x.node for x in inputs]
        operation.saved = tuple(x.data for x in inputs)
        return Number(operation().forward(*operation.saved), operation())

    def right(operation, *inputs):
        numbers = [x.data if isinstance(x, Number) else x for x in inputs]
        nodes = [x.node if isinstance(x, Number) else None for x in inputs]
        node = operation()
        z = node.forward(*numbers)
        if not any(nodes):
            return Number(z)
        node.sources, node.saved = nodes, tuple([*numbers, z][i] for i in operation.saves)
        return Number(z, node)

    assert not check(into_the_class, "run")
    assert "sources" not in vars(Times) and "saved" not in vars(Times)
    assert check(right, "run").passed is True


def test_one_wrong_gradient_of_two_is_named():
    def root(x, y):
        return x * y + x

    says("gradients", lambda x, y: (root(x, y) * (y + 1), 2 * root(x, y) * x), "not s, in the")
    says("gradients", lambda x, y: (2 * root(x, y) * (y + 1), 2 * root(x, y) * y), "and not by y")
    says("gradients", lambda x, y: (2 * root(x, y) ** 2 * (y + 1), 2 * root(x, y) ** 2 * x), "2L")
