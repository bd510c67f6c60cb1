"""Paths of optimizers: what the page looks up is what the optimizers did."""

import json
import math

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.optim import SGD, Adam, lr_scheduler
from tinytorch.widgets import Descent

ABOUT = {"name": "fig-test", "caption": "See it.", "alt": "Paths."}
STEPS = 12


def bowl(a, b):
    return 0.5 * a * a + 4 * b * b


def make(f=bowl, **more):
    optimizers = {
        "SGD": lambda p: SGD(p, lr=0.1),
        "Adam": lambda p: Adam(p, lr=0.3),
    }
    options = {"a": -2.0, "b": 1.0, "steps": STEPS, "lowest": (0, 0)} | more
    return Descent(f, options.pop("optimizers", optimizers), **options, **ABOUT)


def decoded(figure):
    na, nb = (len(axis) for axis in figure.data["starts"])
    codes = np.frombuffer(figure.paths, "<u2").reshape(na, nb, -1, len(figure.data["at"]), 3)
    low, high = np.array(figure.data["box"]).T
    values = low + (high - low) * codes / 65534
    if figure.data["log"]:
        values[..., 2] = np.where(codes[..., 2] == 0, 0, 10 ** values[..., 2])
    return np.where(codes == 65535, np.nan, values)


def test_paths_are_those_of_the_optimizers():
    figure = make()
    assert figure.message == ""
    starts, ways = figure.data["starts"], decoded(figure)
    for i, a in enumerate(starts[0]):
        for j, b in enumerate(starts[1]):
            p, q = (tt.tensor(np.float64(x), requires_grad=True) for x in (a, b))
            adam = Adam([p, q], lr=0.3)
            for step in range(STEPS + 1):
                loss = bowl(p, q)
                x, y, found = ways[i, j, 1, step]
                assert (x, y) == pytest.approx((p.item(), q.item()), abs=2e-4)
                assert found == pytest.approx(loss.item(), rel=1e-3, abs=1e-9)
                adam.zero_grad()
                loss.backward()
                adam.step()


def test_the_start_is_among_the_starts_and_a_kernel_adds_others():
    figure = make(a=-1.234, b=0.5)
    assert -1.234 in figure.data["starts"][0] and 0.5 in figure.data["starts"][1]
    before = figure.paths
    figure.a = figure.data["starts"][0][-1]
    assert figure.paths is before
    figure.a = 0.777
    assert 0.777 in figure.data["starts"][0] and figure.paths != before


def test_a_schedule_goes_along():
    def scheduled(p):
        sgd = SGD(p, lr=0.1)
        return sgd, lr_scheduler.StepLR(sgd, step_size=1, gamma=0.5)

    path = make(optimizers={"halved": scheduled}).follow(1.0, 0.0)[0]
    assert path[:3, 0] == pytest.approx([1.0, 0.9, 0.9 * 0.95])


def test_what_leaves_the_map_is_said_to():
    figure = make(optimizers={"too fast": lambda p: SGD(p, lr=1e9)}, steps=60)
    ways = decoded(figure)
    assert np.isnan(ways[0, 0, 0, 1:]).all()
    assert np.isfinite(ways[:, :, 0, 0]).all()


def test_a_surface_below_zero_gets_a_plain_axis():
    figure = make(lambda a, b: a * a - b * b)
    assert figure.data["log"] is False
    assert decoded(figure)[0, 0, 0, 0, 2] == pytest.approx(
        figure.data["starts"][0][0] ** 2 - figure.data["starts"][1][0] ** 2, abs=1e-3
    )


def test_data_stay_small():
    four = {str(n): lambda p: SGD(p, lr=0.01) for n in range(4)}
    figure = make(optimizers=four, steps=40)
    text = json.dumps(figure.data, allow_nan=False, separators=(",", ":"))
    assert len(text) + len(figure.paths) < 50_000


BAD = {
    "nan": (lambda: make(lambda a, b: (a + b) * math.nan), "nan or infinite at every start"),
    "empty": (lambda: make(domain=((1, 1), (0, 2))), "no interval"),
    "huge": (lambda: make(steps=4000), "kB"),
    "no place": (lambda: make(a=math.inf), "no place on an axis"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_data_becomes_a_sentence(show, case):
    make_bad, said = BAD[case]
    figure = make_bad()
    assert said in figure.message
    page = show(figure)
    assert page.locator(".tt-message").text_content() == figure.message
    assert not page.locator(".tt-drawing").is_visible()


# --- what a reader sees


def numbers(page):
    spans = page.locator(".tt-readout > span").all_text_contents()
    return dict(span.rstrip(",").rsplit(" = ", 1) for span in spans)


def picture(page):
    return page.locator(".tt-drawing").inner_html()


def get(page, trait):
    return page.evaluate("trait => model.get(trait)", trait)


def press(page, control, *keys):
    page.locator("input.tt-range").nth(control).focus()
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_control_moves_the_start(show, width):
    page = show(make(), width=width)
    was = page.locator(".tt-readout").text_content(), picture(page)
    press(page, 0, "ArrowRight")
    assert page.locator(".tt-readout").text_content() != was[0]
    assert picture(page) != was[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_readout_says_where_each_optimizer_is(show):
    figure = make()
    page = show(figure)
    press(page, 0, "PageUp", "ArrowLeft")
    press(page, 1, "Home")
    press(page, 2, "ArrowLeft", "ArrowLeft")
    a, b, step = (get(page, trait) for trait in ("a", "b", "step"))
    assert step == STEPS - 2
    said = numbers(page)
    for run, way in zip(("SGD", "Adam"), figure.follow(a, b), strict=True):
        x, y, loss = way[step]
        text, place = said[f"{run}: L"].split(" at ")
        assert float(text) == pytest.approx(loss, abs=1.5e-3)
        found = [float(number.replace("−", "-")) for number in place.strip("()").split(",")]
        assert found == pytest.approx([x, y], abs=0.006)


def test_dragging_the_start_moves_every_path(show):
    page = show(make())
    dot = page.locator(".tt-panel-map .tt-handle").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 60, steps=4)
    page.mouse.up()
    assert get(page, "a") > -1.5 and get(page, "b") < 0.9
    page.get_by_role("button", name="Reset").click()
    assert get(page, "a") == -2.0 and get(page, "step") == STEPS


def test_it_plays_from_the_start(show):
    page = show(make())
    play = page.get_by_role("button", name="Play")
    assert play.evaluate("(button) => (button.click(), model.get('step'))") == 0
    page.wait_for_function(f"model.get('step') === {STEPS} && !model.get('playing')")


@pytest.mark.parametrize(("width", "layout"), [(720, 0), (358, 1)])
def test_the_reserved_height_is_the_height(show, width, layout):
    figure = make()
    page = show(figure, width=width, host="static")
    for key in ("Home", "End"):
        press(page, 2, key)
        height = page.locator("figure").bounding_box()["height"]
        assert height == pytest.approx(figure.space[layout], abs=1)


def test_targets_are_large_enough_and_it_speaks(show):
    page = show(make(), width=390, theme="dark")
    for target in page.locator("input.tt-range, button, .tt-hit").all():
        box = target.bounding_box()
        assert box["height"] >= 43.9 and box["width"] >= 43.9
    assert page.locator(".tt-drawing[role=img]").get_attribute("aria-label") == "Paths."


def test_a_path_that_left_is_drawn_without_an_error(show):
    page = show(make(optimizers={"too fast": lambda p: SGD(p, lr=1e9)}, steps=60))
    assert numbers(page)["too fast: L"] == "left the map"
    assert "NaN" not in picture(page)
    press(page, 2, "Home")
    assert "at (−2.00, 1.00)" in numbers(page)["too fast: L"]


def test_a_frame_takes_under_8_ms(show, frame_time):
    page = show(make(steps=40))
    assert frame_time(page, "model.set('a', model.get('data').starts[0][n % 7])") < 8


def test_leaving_lets_go_of_the_model(show):
    page = show(make())
    page.evaluate("leave()")
    assert page.evaluate("model.listeners") == 0
