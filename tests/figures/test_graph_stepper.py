"""The graph stepper: what it steps through is what the engine did."""

import json
import re
from itertools import pairwise

import numpy as np
import pytest
import traitlets

import tinytorch as tt
from tinytorch.widgets import GraphStepper
from tinytorch.widgets.figures.layered import layered

ABOUT = {"name": "fig-steps", "caption": "See $g$.", "alt": "A graph."}


def doublings(n):
    def f(y):
        for _ in range(n):
            y = y + y
        return y

    return f


FUNCTIONS = {
    "square": (lambda x, y: (x * y + 5) ** 2, {"x": 2.0, "y": 3.0}, {"names": ["u", "v"]}),
    "paths": (lambda x, y: (x + y) * (x - y), {"x": 3.0, "y": 2.0}, {"out": "f", "names": "ab"}),
    "doublings": (doublings(5), {"y": 1.0}, {}),
    "shared": (lambda x, y: x * ((x * y).exp() + y), {"x": 1.0, "y": 0.5}, {}),
    "arrays": (
        lambda x, w, b: ((x * w).sum() + b).sigmoid(),
        {"x": [1.0, 2.0], "w": [0.5, -0.5], "b": 0.5},
        {},
    ),
    "around": (lambda x: x * x.exp(), {"x": 1.0}, {}),
    "deep": (lambda x: doublings(9)(x) * 1.0, {"x": 0.5}, {}),
}


def test_a_function_may_be_a_gradient_itself():
    def slope(x):
        return tt.autograd.grad(x * x.exp(), x, create_graph=True)[0]

    data = GraphStepper(slope, {"x": 1.0}, **ABOUT).data
    assert data["traces"][0]["values"][data["run"][-1]] == "5.437"  # (x + 1) eˣ
    visited = [data["nodes"][i]["name"] for i, *_ in data["traces"][0]["ours"]]
    assert visited[-1] == "x" and data["traces"][0]["ours"][-1][1] == "8.155"  # (x + 2) eˣ


def make(case, **more):
    f, inputs, options = FUNCTIONS[case]
    return GraphStepper(f, inputs, **options, **more, **ABOUT)


def forward(case, inputs=None):
    """Return the result, its graph kept, and the leaves."""
    f, given, _ = FUNCTIONS[case]
    leaves = {
        name: tt.tensor(np.asarray(x, dtype=np.float64), requires_grad=True)
        for name, x in (inputs or given).items()
    }
    return f(*leaves.values()), leaves


def run(case, inputs=None):
    """Return the result and the leaves with their gradients."""
    result, leaves = forward(case, inputs)
    result.backward()
    return result, leaves


def number(text):
    """Return what a figure wrote: a number or a short array."""
    return np.array(json.loads(text.replace("−", "-")))


def visits_of_a_recursion(node):
    """Count as the naive pass runs: once for each call."""
    return 1 + sum(visits_of_a_recursion(n) for n in node.next_functions if n is not None)


# ------------------------------------------------------------------------------- Python


@pytest.mark.parametrize("case", FUNCTIONS)
def test_the_values_and_gradients_are_the_engine_s(case):
    figure = make(case)
    (trace,) = figure.data["traces"]
    result, leaves = run(case)
    nodes = figure.data["nodes"]
    root = figure.data["run"][-1]
    assert nodes[root]["name"] == figure.data["out"]
    np.testing.assert_allclose(number(trace["values"][root]), result.data, atol=5e-4)
    for order in ("ours", "naive"):
        last = {i: g for i, g, _ in trace[order]}
        for i, node in enumerate(nodes):
            if node["kind"] == "leaf" and (order == "ours" or len(trace["naive"]) < 120):
                np.testing.assert_allclose(number(last[i]), leaves[node["name"]].grad, atol=5e-4)


@pytest.mark.parametrize("case", FUNCTIONS)
def test_the_order_is_the_engine_s(case):
    figure = make(case)
    nodes = figure.data["nodes"]
    seen = [nodes[i] for i, _, _ in figure.data["traces"][0]["ours"]]
    order = tt.autograd.graph(forward(case)[0]).nodes
    kinds = [type(node).__name__.replace("AccumulateGrad", "leaf") for node in order]
    assert [node["kind"] for node in seen] == kinds
    assert len({node["name"] for node in seen}) == len(seen)


def test_the_course_s_two_examples():
    square = make("square").data["traces"][0]
    assert square["values"] == ["2", "3", "6", "5", "11", "2", "121"]
    assert [(g, [d for _, d, _ in sent]) for _, g, sent in square["ours"]] == [
        ("1", ["22"]),
        ("22", ["22"]),
        ("22", ["66", "44"]),
        ("66", []),
        ("44", []),
    ]
    figure = GraphStepper(FUNCTIONS["paths"][0], {"x": 2.0, "y": 3.0}, out="f", **ABOUT)
    sums = [total for _, _, sent in figure.data["traces"][0]["ours"] for *_, total in sent]
    assert sums == ["−1", "5", "5", "−5", "4", "−6"]


@pytest.mark.parametrize("case", FUNCTIONS)
def test_the_recursion_is_counted_as_it_would_run(case):
    data = make(case).data
    calls = visits_of_a_recursion(forward(case)[0].grad_fn)
    assert data["calls"] == f"{calls:,}"
    assert len(data["traces"][0]["naive"]) == min(120, calls)


def test_doublings_double_the_visits():
    data = make("doublings").data
    visits = [data["nodes"][i]["name"] for i, _, _ in data["traces"][0]["naive"]]
    assert [visits.count(name) for name in ("L", "v₄", "v₃", "v₂", "v₁", "y")] == [
        1,
        2,
        4,
        8,
        16,
        32,
    ]
    assert data["calls"] == "63"
    assert len(data["traces"][0]["ours"]) == 6


def test_python_traces_again_where_an_input_changes():
    figure = make("square")
    figure.inputs = {"x": -1.0, "y": 4.0}
    (trace,) = figure.data["traces"]
    assert trace["values"][-1] == "1"
    _, leaves = run("square", figure.inputs)
    assert number(trace["ours"][-2][1]) == leaves["x"].grad
    with pytest.raises(traitlets.TraitError, match="expected x, y"):
        figure.inputs = {"x": 1.0}


def test_choices_are_traced_ahead():
    figure = make("square", choices={"x": range(-3, 4), "y": [3, 0.5]})
    assert len(figure.data["traces"]) == 14
    before = figure.data
    for trace in before["traces"]:
        _, leaves = run("square", trace["inputs"])
        last = {i: number(g) for i, g, _ in trace["ours"]}
        assert last[0] == pytest.approx(leaves["x"].grad.item(), abs=5e-4)
    figure.inputs = {"x": -2, "y": 0.5}
    assert figure.data is before
    figure.inputs = {"x": 0.3, "y": 0.5}
    assert figure.data is not before
    assert len(json.dumps(figure.data)) < 50_000


@pytest.mark.parametrize(
    ("f", "inputs", "sentence"),
    [
        (lambda x: x * x, {"x": np.nan}, "x holds nan"),
        (lambda x: x * x, {"x": np.inf}, "x holds ∞"),
        (lambda x: (x * x).sum(), {"x": [1.0, -np.inf]}, "x holds −∞"),
        (lambda x: tt.log(x), {"x": 0.0}, "A step of this pass gives"),
        (lambda x: x * x, {"x": 1e9}, "The numbers reach 1.0e+18"),
        (lambda x: (x * x).sum(), {"x": []}, "x is empty"),
        (doublings(40), {"x": 1.0}, "The graph has 41 nodes"),
        (lambda x: tt.tensor(1.0), {"x": 1.0}, "The result does not depend on x"),
    ],
)
def test_what_cannot_be_shown_is_said(show, f, inputs, sentence):
    figure = GraphStepper(f, inputs, **ABOUT)
    assert figure.message.startswith(sentence)
    page = show(figure)
    assert page.locator(".tt-message").text_content() == figure.message
    assert not page.locator(".tt-drawing").is_visible()


def test_a_long_chain_runs_downwards_and_counts_what_nobody_could_step_through():
    data = GraphStepper(doublings(20), {"y": 1.0}, **ABOUT).data
    assert data["down"]
    assert data["calls"] == f"{2**21 - 1:,}"
    assert len(data["traces"][0]["naive"]) == 120


def test_layers_follow_the_edges_and_nodes_stand_apart():
    sources = [[], [], [0, 1], [], [2, 3], [4, 0], [5, 4, 1]]
    places, bends = layered(sources, late=[3])
    for node, made_from in enumerate(sources):
        for source in made_from:
            path = [places[source], *bends[source, node], places[node]]
            assert [layer for layer, _ in path] == list(
                range(places[source][0], places[node][0] + 1)
            )
    assert places[3][0] == places[4][0] - 1
    everything = [*places, *(bend for path in bends.values() for bend in path)]
    for layer in {layer for layer, _ in everything}:
        spots = sorted(y for at, y in everything if at == layer)
        assert all(b - a > 0.999 for a, b in pairwise(spots))
    assert min(y for _, y in everything) == 0


# ------------------------------------------------------------------------------- the page


def said(page):
    return re.sub(r"\s+", " ", page.locator(".tt-readout").text_content()).strip()


def get(page, trait):
    return page.evaluate("trait => model.get(trait)", trait)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def to(page, step):
    page.evaluate("step => { model.set('step', step) }", step)


def texts(page):
    """Return what stands in each node."""
    nodes = page.locator(".tt-node").all()
    return [node.locator("text").all_text_contents() for node in nodes]


@pytest.mark.parametrize("case", FUNCTIONS)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_slider_goes_through_the_whole_pass(show, case, width):
    figure = make(case)
    page = show(figure, width=width)
    slider = page.locator("input.tt-range").first
    slider.focus()
    page.keyboard.press("Home")
    steps = len(figure.data["run"]) + 1 + len(figure.data["traces"][0]["ours"])
    assert slider.get_attribute("max") == str(steps)
    seen = set()
    for step in range(steps + 1):
        assert get(page, "step") == step
        seen.add((said(page), page.locator(".tt-drawing").inner_html()))
        page.keyboard.press("ArrowRight")
    assert len(seen) == steps + 1
    _, leaves = run(case)
    for node in texts(page):
        if node[1] == "leaf":
            assert node[3].startswith(".grad ")
            grad = number(node[3].removeprefix(".grad "))
            np.testing.assert_allclose(grad, leaves[node[0]].grad, atol=5e-4)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_readout_says_what_happens(show):
    page = show(make("square"))
    sentences = []
    for _ in range(10):
        sentences.append(said(page))
        if button(page, "Forward").is_enabled():
            button(page, "Forward").click()
    assert sentences == [
        "x = 2 y = 3",
        "u = x · y = 2 · 3 = 6",
        "v = u + 5 = 6 + 5 = 11",
        "L = v ** 2 = 11 ** 2 = 121",
        "L.backward() starts with ∂L/∂L = 1",
        "PowBackward.apply(1) → ∂L/∂v = 1 · 2 · v = 1 · 22 = 22",
        "AddBackward.apply(22) → ∂L/∂u = 22 · 1 = 22",
        "MulBackward.apply(22) → ∂L/∂x = 22 · y = 22 · 3 = 66 ∂L/∂y = 22 · x = 22 · 2 = 44",
        "x.grad = 66",
        "y.grad = 44",
    ]
    assert button(page, "Forward").is_disabled() and button(page, "Last").is_disabled()
    button(page, "First").click()
    assert said(page) == sentences[0]
    assert button(page, "Back").is_disabled()
    button(page, "Last").click()
    button(page, "Back").click()
    assert said(page) == sentences[-2]
    page.get_by_text("All steps as a table").click()
    page.locator(".tt-steps tr").first.wait_for()
    rows = page.locator(".tt-steps tr").all_text_contents()
    assert [re.sub(r"\s+", " ", row).strip() for row in rows] == [
        f"{step}{sentence}" for step, sentence in enumerate(sentences)
    ]
    button(page, "Reset").click()
    assert get(page, "step") == 0


def test_gradients_that_meet_are_added_in_the_node(show):
    page = show(make("paths"))
    to(page, 6)
    assert [node[-1] for node in texts(page)] == [
        "∂f/∂x 5",
        "∂f/∂y −5",
        "∂f/∂a 1",
        "∂f/∂b 5",
        "∂f/∂f 1",
    ]
    to(page, 7)
    assert said(page) == "AddBackward.apply(1) → ∂f/∂x = 5 + 1 · 1 = 6 ∂f/∂y = −5 + 1 · 1 = −4"
    assert [node[-1] for node in texts(page)][:2] == ["∂f/∂x 6", "∂f/∂y −4"]
    assert page.locator(".tt-pill.tt-grad").count() == 6
    assert page.locator(".tt-pill.tt-here").count() == 2
    to(page, 8)
    assert said(page) == "x.grad = 5 + 1 = 6"
    assert ".grad 6" in [node[-1] for node in texts(page)]


def test_a_gradient_between_is_gone_once_it_was_used_and_a_leaf_keeps_its_own(show):
    page = show(make("paths", step=99))
    gone = page.locator(".tt-freed").all_text_contents()
    assert gone == ["∂f/∂a 1", "∂f/∂b 5", "∂f/∂f 1"]
    assert [node[-1] for node in texts(page)][:2] == [".grad 6", ".grad −4"]


@pytest.mark.parametrize("case", sorted({*FUNCTIONS} - {"arrays"}))
def test_the_local_derivative_on_an_edge_is_what_the_rule_returns_for_one(case):
    data = make(case).data
    (trace,) = data["traces"]
    graph = tt.autograd.graph(forward(case)[0])
    nodes = [i for i, *_ in trace["ours"]]
    for at, k, position in graph.edges:
        edges = [e for e, (to, *_) in enumerate(data["edges"]) if to == nodes[at]]
        assert data["edges"][edges[position]][1] == nodes[k]
        one = graph.nodes[at].apply(1.0)[position]
        assert number(trace["locals"][edges[position]]) == pytest.approx(one, abs=5e-4)


def test_an_array_has_a_local_derivative_where_it_is_a_factor_of_each_number():
    data = make("arrays").data
    kinds = [data["nodes"][node]["kind"] for node, *_ in data["edges"]]
    found = dict(zip(kinds, data["traces"][0]["locals"], strict=True))
    assert found["MulBackward"] == "[1.000, 2.000]" and found["SumBackward"] is None
    assert found["SigmoidBackward"] == "0.25"


def test_the_formula_of_a_local_derivative_has_its_value():
    """Each rule is evaluated as Python, at the operands' own values."""
    cases = {
        lambda a, b: a + b: 2,
        lambda a, b: a - b: 2,
        lambda a, b: a * b: 2,
        lambda a, b: a / b: 2,
        lambda a, b: a**2 + b: 1,
        lambda a, b: a**3 + b: 1,
        lambda a, b: -a + b: 1,
        lambda a, b: a.exp() + b: 1,
        lambda a, b: a.log() + b: 1,
        lambda a, b: a.sqrt() + b: 1,
        lambda a, b: a.sin() + b: 1,
        lambda a, b: a.cos() + b: 1,
        lambda a, b: a.tanh() + b: 1,
        lambda a, b: a.sigmoid() + b: 1,
        lambda a, b: a.relu() + b: 1,
    }
    for f, many in cases.items():
        data = GraphStepper(f, {"a": 0.5, "b": 2.0}, names=["s"], **ABOUT).data
        (trace,) = data["traces"]
        names = {
            node["name"]: number(value)
            for node, value in zip(data["nodes"], trace["values"], strict=True)
            if node["kind"]
        }
        names |= {"sin": np.sin, "cos": np.cos}
        for edge in range(many):
            text = data["rules"][edge]
            assert text, data["nodes"]
            for sign, python in (("·", "*"), ("−", "-"), ("²", "**2"), ("[", "("), ("]", ")")):
                text = text.replace(sign, python)
            assert eval(text, {}, names) == pytest.approx(number(trace["locals"][edge]), abs=2e-3)


def test_a_box_says_what_its_node_keeps_until_its_rule_has_used_it(show):
    f, inputs, _ = FUNCTIONS["square"]
    figure = GraphStepper(f, inputs, names=["u", "v"], kept=True, **ABOUT)
    result, _ = forward("square")
    saved = [len(node.saved_tensors) for node in reversed(tt.autograd.graph(result).nodes)][2:]
    assert [figure.data["kept"][i] for i in figure.data["run"]] == ["x, y", "nothing", "v, 2, L"]
    assert saved == [2, 0, 3]
    page = show(figure)
    kept = page.locator(".tt-node text", has_text=re.compile("^(keeps|kept)"))
    assert kept.count() == 0
    to(page, 4)
    assert kept.all_text_contents() == ["keeps x, y", "keeps nothing", "keeps v, 2, L"]
    to(page, 6)
    assert kept.all_text_contents() == ["keeps x, y", "keeps nothing", "kept v, 2, L"]


def test_the_recursive_order_counts_its_visits(show):
    assert not button(show(make("doublings")), "Recursive order").is_visible()
    page = show(make("doublings", step=6, orders=True))
    button(page, "Recursive order").click()
    assert button(page, "Recursive order").get_attribute("aria-pressed") == "true"
    button(page, "Last").click()
    assert get(page, "step") == 5 + 1 + 63
    counts = page.locator(".tt-calls").all_text_contents()
    assert counts == ["32×", "16×", "8×", "4×", "2×", "1×"]
    labels = page.locator(".tt-panel-order .tt-label").all_text_contents()
    assert labels == ["each once", "6 of 6", "recursive", "63 of 63"]
    assert texts(page)[0] == ["y", "leaf", "value 1", ".grad 32", "32×"]
    button(page, "Recursive order").click()
    assert page.locator(".tt-calls").count() == 0
    assert said(page) == "y.grad = 16 + 16 = 32"


def test_forward_mode_takes_a_pass_for_each_input_and_finds_the_same_derivatives(show):
    def f(x, y, z):
        return ((x * y + z) * x).tanh() + y

    inputs = {"x": 0.5, "y": -1.0, "z": 2.0}
    figure = GraphStepper(f, inputs, modes=True, **ABOUT)
    (trace,) = figure.data["traces"]
    leaves = [tt.tensor(np.float64(v), requires_grad=True) for v in inputs.values()]
    f(*leaves).backward()
    operations = len(figure.data["run"])
    assert len(trace["forward"]) == 3 * (1 + operations)
    assert len(trace["ours"]) == 3 + operations
    ends = trace["forward"][operations :: operations + 1]
    for (node, tangent, _, leaf), x in zip(ends, leaves, strict=True):
        assert node == figure.data["run"][-1] and leaves[leaf] is x
        assert number(tangent) == pytest.approx(x.grad.item(), abs=5e-4)
    page = show(figure)
    button(page, "Forward mode").click()
    assert said(page) == "Forward mode: a pass for each of 3 inputs."
    page.locator("input.tt-range").first.focus()
    for node, tangent, _, leaf in trace["forward"]:
        page.keyboard.press("ArrowRight")
        name, by = (figure.data["nodes"][i]["name"] for i in (node, leaf))
        sentence = said(page)
        assert sentence.startswith(f"pass {leaf + 1}, for {by}: ∂{name}/∂{by} = ")
        assert sentence.endswith(f"= {tangent}")
        assert page.locator(".tt-now text").last.text_content() == f"∂{name}/∂{by} {tangent}"
    labels = page.locator(".tt-panel-order .tt-label").all_text_contents()
    total = len(trace["forward"])
    assert labels == ["reverse", f"0 of {3 + operations}", "forward", f"{total} of {total}"]
    assert not button(show(make("square")), "Forward mode").is_visible()
    with pytest.raises(ValueError, match="single numbers"):
        GraphStepper(lambda x: (x * x).sum(), {"x": [1.0, 2.0]}, modes=True, **ABOUT)


def test_a_node_leads_to_its_own_step(show):
    page = show(make("square"))
    page.locator(".tt-node", has_text="v = u + 5").click()
    assert said(page).startswith("v = ")
    button(page, "Last").click()
    page.locator(".tt-node", has_text="v = u + 5").click()
    assert said(page).startswith("AddBackward.apply(22)")


def test_a_choice_moves_all_numbers_without_a_kernel(show):
    figure = make("square", choices={"x": [-2, -1, 0, 1, 2]}, step=9)
    page = show(figure, host="static")
    page.locator("input.tt-range").nth(1).focus()
    for x in (1, 0, -1, -2):
        page.keyboard.press("ArrowLeft")
        assert get(page, "inputs") == {"x": x, "y": 3.0}
        result, leaves = run("square", {"x": x, "y": 3.0})
        shown = {node[0]: node for node in texts(page)}
        assert number(shown["L = v ** 2"][2].removeprefix("value ")) == result.item()
        assert number(shown["x"][3].removeprefix(".grad ")) == leaves["x"].grad.item()
        assert number(shown["y"][3].removeprefix(".grad ")) == leaves["y"].grad.item()


def test_playing_is_asked_for_and_ends(show):
    page = show(make("square", step=7))
    assert page.evaluate("document.getAnimations().length") == 0
    pressed = "async (e) => (e.click(), await null, e.getAttribute('aria-pressed'))"
    assert button(page, "Play").evaluate(pressed) == "true"
    page.wait_for_function("model.get('step') === 9")
    page.wait_for_function("!model.get('playing')")


def test_playing_begins_anew_and_stops_where_one_steps(show):
    page = show(make("square", step=9), service_workers="block")  # a context with its own clock
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    button(page, "Play").click()
    assert get(page, "step") == 0
    while get(page, "step") == 0:
        page.clock.run_for(50)
    button(page, "Back").click()
    assert not get(page, "playing")
    page.clock.run_for(60_000)
    assert get(page, "step") == 0


def test_what_moves_travels_along_the_edge_and_only_while_playing(show):
    page = show(make("square", step=6), service_workers="block")
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    button(page, "Play").click()
    while get(page, "step") == 6:
        page.clock.run_for(50)
    assert get(page, "step") == 7
    assert page.evaluate("document.getAnimations().length") > 0
    assert page.locator(".tt-pill.tt-go1").count() == 2
    button(page, "Back").click()
    assert page.locator("[class*=tt-go]").count() == 0


def test_reduced_motion_stops_playing(show):
    page = show(make("square"), reduced_motion="reduce")
    assert button(page, "Play").is_disabled()
    page.evaluate("model.set('playing', true)")
    page.wait_for_function("!model.get('playing')")
    assert get(page, "step") == 0
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("case", ["square", "arrays"])
@pytest.mark.parametrize(("width", "layout"), [(720, 0), (390, 1)])
def test_the_reserved_height_is_the_height(show, case, width, layout):
    figure = make(case)
    page = show(figure, width=width, host="static")
    for step in range(len(figure.data["run"]) + 2 + len(figure.data["traces"][0]["ours"])):
        to(page, step)
        box = page.locator("figure").bounding_box()
        assert box["height"] == pytest.approx(figure.space[layout], abs=1)


@pytest.mark.parametrize(("width", "theme"), [(720, "light"), (390, "dark")])
def test_nothing_is_drawn_outside_and_no_nodes_overlap(show, width, theme):
    for case in FUNCTIONS:
        page = show(make(case), width=width, theme=theme)
        panel = page.locator(".tt-panel-graph").bounding_box()
        ways = page.locator(".tt-panel-graph path.tt-line").all()
        for line in [way.bounding_box() for way in ways]:
            assert line["x"] >= panel["x"] and line["y"] >= panel["y"]
            assert line["x"] + line["width"] <= panel["x"] + panel["width"]
            assert line["y"] + line["height"] <= panel["y"] + panel["height"]
        boxes = [node.bounding_box() for node in page.locator(".tt-plate").all()]
        for i, a in enumerate(boxes):
            assert a["x"] >= panel["x"] and a["y"] >= panel["y"]
            assert a["x"] + a["width"] <= panel["x"] + panel["width"]
            assert a["y"] + a["height"] <= panel["y"] + panel["height"]
            for b in boxes[:i]:
                apart = abs(a["x"] - b["x"]) >= a["width"] or abs(a["y"] - b["y"]) >= a["height"]
                assert apart


def test_a_frame_takes_under_8_ms(show, frame_time):
    page = show(make("doublings"))
    page.evaluate("model.set('recursive', true)")
    assert frame_time(page, "model.set('step', n)", frames=60) < 8


def test_leaving_lets_go_of_the_model(show):
    page = show(make("square"))
    page.evaluate("leave()")
    assert page.evaluate("model.listeners") == 0
