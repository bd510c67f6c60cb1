"""The figures in Chromium: what a reader moves, sees and hears."""

import math
import re

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.widgets import Attention, Check, Curve, Surface

ABOUT = {
    "name": "fig-test",
    "caption": "See $\\partial L/\\partial x^2$ and `g`.",
    "alt": "A curve.",
}
TOKENS = "the cat sat on the mat".split()
P = np.tril(np.random.default_rng(0).uniform(0.1, 1, size=(2, 6, 6)))
P /= P.sum(-1, keepdims=True)
DP = np.random.default_rng(1).normal(size=P.shape) / 50
MAKE = {
    "curve": lambda **state: Curve(tt.tanh, **{"x": -0.5, "g": 2.0, **state}, **ABOUT),
    "surface": lambda **state: Surface(
        lambda a, b: a * b, **{"a": 2.0, "b": 3.0, **state}, label="a · b", **ABOUT
    ),
    "check": lambda **state: Check(tt.tanh, 0.5, **state, **ABOUT),
    "attention": lambda **state: Attention(TOKENS, P, DP, **{"token": 3, **state}, **ABOUT),
}
every_kind = pytest.mark.parametrize("kind", MAKE)


def numbers(page):
    """Return the readout as {label: text}."""
    spans = page.locator(".tt-readout > span").all_text_contents()
    pairs = (span.rstrip(",").rsplit(" = ", 1) for span in spans)
    return dict(pairs)


def picture(page):
    return page.locator(".tt-drawing").inner_html()


def fixed(value, digits=3):
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")


def press(page, control, *keys):
    page.locator("input.tt-range").nth(control).focus()
    for key in keys:
        page.keyboard.press(key)


def swipe(page, x, y, dx, dy):
    """Draw one finger over the page."""
    client = page.context.new_cdp_session(page)

    def touch(kind, *points):
        points = [{"x": px, "y": py} for px, py in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (x, y))
    for part in range(1, 13):
        touch("touchMove", (x + dx * part / 12, y + dy * part / 12))
        page.wait_for_timeout(16)
    touch("touchEnd")


def get(page, trait):
    return page.evaluate("trait => model.get(trait)", trait)


@every_kind
@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_control_moves_by_keyboard(show, kind, width):
    page = show(MAKE[kind](), width=width)
    was = page.locator(".tt-readout").text_content(), picture(page)
    press(page, 0, "ArrowRight")
    assert page.locator(".tt-readout").text_content() != was[0]
    assert picture(page) != was[1]
    assert page.evaluate("model.sent.length") == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@every_kind
def test_home_end_page_keys_and_reset(show, kind):
    figure = MAKE[kind]()
    page = show(figure)
    trait = figure.moves[0]
    values = figure.data.get(trait, list(range(len(TOKENS))))
    if kind == "curve":
        values = values[figure.data["reach"] : -figure.data["reach"]]
    press(page, 0, "Home")
    assert get(page, trait) == values[0]
    press(page, 0, "PageUp")
    leap = values.index(get(page, trait))
    assert leap > 1 or len(values) < 10
    press(page, 0, "End")
    assert get(page, trait) == values[-1]
    page.get_by_role("button", name="Reset").click()
    assert {t: get(page, t) for t in figure.moves} == figure.start


def test_the_curve_reads_what_the_engine_computes(show):
    page = show(MAKE["curve"]())
    keys = ["ArrowRight", "PageUp", "Home", "ArrowRight", "End", "PageDown", "ArrowLeft"]
    for turn, key in enumerate(keys):
        press(page, 0, key)
        press(page, 1, keys[-turn])
        press(page, 2, "ArrowLeft")
        at, g, h = (get(page, trait) for trait in ("x", "g", "h"))
        x = tt.tensor(np.float64(at), requires_grad=True)
        y = x.tanh()
        y.backward(np.float64(g))
        (slope,) = tt.autograd.grad(tt.tanh(x), [x])
        up, down = (float(tt.tensor(np.float64(at + s * h)).tanh().data) for s in (1, -1))
        assert numbers(page) == {
            "x": fixed(at, 2),
            "f(x)": fixed(float(y.data)),
            "f′(x)": fixed(float(slope.data)),
            "g": fixed(g, 2),
            "∂L/∂x": fixed(float(x.grad.data)),
            "h": fixed(h, 2),
            "(f(x+h) − f(x−h)) / 2h": fixed((up - down) / (2 * h)),
        }


@pytest.mark.parametrize(("width", "layout"), [(720, 0), (358, 1)])
def test_a_curve_that_is_the_loss_has_its_own_names_and_no_g(show, width, layout):
    figure = Curve(tt.tanh, x=-0.5, names=("w", "L"), **ABOUT)
    page = show(figure, width=width, host="static")
    secant = "(L(w+h) − L(w−h)) / 2h"
    assert list(numbers(page)) == ["w", "L(w)", "L′(w)", "h", secant]
    assert page.locator("input:visible").count() == 2
    slope = page.locator(".tt-panel-f .tt-label.tt-diff").text_content()
    assert slope == f"secant {numbers(page)[secant]}"
    assert page.locator("figure.tt-figure").bounding_box()["height"] == figure.space[layout]


def test_a_curve_that_starts_vertically_is_drawn_so(show):
    page = show(Curve(tt.sqrt, x=0.5, h=0.25, domain=(0, 3), **ABOUT))
    start = page.locator(".tt-panel-f path.tt-value.tt-thick").first.evaluate(
        """(path) => {
          const [a, b] = [0, 4].map((at) => path.getPointAtLength(at));
          return [b.x - a.x, a.y - b.y];
        }"""
    )
    assert start[1] > 3.5 and start[0] < 1


def test_the_surface_reads_what_the_engine_computes(show):
    page = show(MAKE["surface"]())
    for key in ["ArrowRight", "PageDown", "Home", "ArrowRight", "PageUp"]:
        for control in range(3):
            press(page, control, key)
        a, b, g = (get(page, trait) for trait in ("a", "b", "g"))
        ta, tb = (tt.tensor(np.float64(v), requires_grad=True) for v in (a, b))
        z = ta * tb
        za, zb = tt.autograd.grad(z, [ta, tb], retain_graph=True)
        z.backward(np.float64(g))
        assert numbers(page) == {
            "a": fixed(a, 2),
            "b": fixed(b, 2),
            "z": fixed(float(z.data)),
            "∂z/∂a": fixed(float(za.data)),
            "∂z/∂b": fixed(float(zb.data)),
            "g": fixed(g, 2),
            "∂L/∂a": fixed(float(ta.grad.data)),
            "∂L/∂b": fixed(float(tb.grad.data)),
        }


def test_a_loss_surface_has_no_upstream_gradient(show):
    page = show(MAKE["surface"](g=2.0, labels=("w", "b", "L")))
    a, b = get(page, "a"), get(page, "b")
    assert numbers(page) == {
        "w": fixed(a, 2),
        "b": fixed(b, 2),
        "L": fixed(a * b),
        "∂L/∂w": fixed(b),
        "∂L/∂b": fixed(a),
    }
    assert page.locator("input:visible").count() == 2


def test_the_check_reads_what_the_engine_computes(show):
    page = show(MAKE["check"](h=1e-3))
    power = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    x = tt.tensor(np.float64(0.5), requires_grad=True)
    x.tanh().backward()
    for _ in range(4):
        press(page, 0, "ArrowLeft", "ArrowLeft")
        said = numbers(page)
        assert said["f′(x)"] == fixed(float(x.grad.data), 6)
        for name, dtype in (("float32", np.float32), ("float64", np.float64)):
            h = dtype(get(page, "h"))
            up, down = (tt.tensor(dtype(0.5) + s * h).tanh().data for s in (1, -1))
            error = abs(float((up - down) / dtype(2) / h) - float(x.grad.data))
            mantissa, exponent = f"{error:.1e}".split("e")
            text = said[f"error in {name}"].translate(power)
            assert text == f"{mantissa} × 10{int(exponent)}"


def test_dragging_moves_the_point(show):
    page = show(MAKE["curve"]())
    dot = page.locator(".tt-panel-f .tt-handle").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y + 30, steps=4)
    page.mouse.up()
    moved = get(page, "x")
    assert moved == pytest.approx(-0.5 + 100 * 6 / (720 - 64), abs=0.05)
    page.mouse.move(x, y)  # let go: nothing more moves
    assert get(page, "x") == moved


def test_dragging_the_bar_moves_g(show):
    page = show(MAKE["curve"]())
    dot = page.locator(".tt-panel-chain .tt-handle").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y, steps=4)
    page.mouse.up()
    assert get(page, "g") < 1.0 and get(page, "x") == -0.5


def test_dragging_on_the_map_moves_both(show):
    page = show(MAKE["surface"]())
    dot = page.locator(".tt-panel-map .tt-handle").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 80, steps=4)
    page.mouse.up()
    assert get(page, "a") < 1.0 and get(page, "b") < 2.0
    assert page.evaluate("model.sent.at(-1)")["a"] == get(page, "a")


@every_kind
def test_a_finger_scrolls_the_page_and_only_a_handle_holds_it(show, kind):
    page = show(MAKE[kind](), width=390, has_touch=True, is_mobile=True)
    before = {trait: get(page, trait) for trait in get(page, "start")}
    swipe(page, 80, 200, 0, -150)  # starts on the drawing, away from the handle
    page.wait_for_function("scrollY > 50")
    assert {trait: get(page, trait) for trait in before} == before


def test_a_finger_taps_and_drags(show):
    page = show(MAKE["surface"](), width=390, has_touch=True, is_mobile=True)
    page.touchscreen.tap(100, 250)
    tapped = get(page, "a"), get(page, "b")
    assert tapped[0] < 0 > tapped[1]
    dot = page.locator(".tt-panel-map .tt-handle").bounding_box()
    swipe(page, dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2, 0, -100)
    assert get(page, "a") == tapped[0] and get(page, "b") > tapped[1] + 1
    assert page.evaluate("scrollY") == 0


@every_kind
def test_targets_are_large_enough_for_a_finger(show, kind):
    page = show(MAKE[kind](), width=390)
    for target in page.locator("input.tt-range:visible, button:visible, .tt-hit").all():
        box = target.bounding_box()
        assert box["height"] >= 43.9 and box["width"] >= 43.9


@every_kind
def test_keys_stay_in_the_figure(show, kind):
    page = show(MAKE[kind]())
    press(page, 0, "ArrowRight", "a", "Home")
    assert page.evaluate("[keys, early]") == [[], []]
    page.keyboard.press("Control+k")
    assert page.evaluate("[keys, early]") == [["Control", "k"]] * 2
    press(page, 0, "ArrowLeft")
    assert page.evaluate("[keys, early]") == [["Control", "k"]] * 2


@every_kind
def test_it_says_when_python_is_gone(show, kind):
    page = show(MAKE[kind]())
    said = page.locator(".tt-unlinked")
    assert not said.is_visible()
    page.evaluate("model.trigger('comm_live_update')")
    assert said.inner_text().startswith("This figure is no longer linked to Python")
    assert said.is_visible()


@every_kind
def test_it_speaks(show, kind):
    page = show(MAKE[kind]())
    assert page.locator(".tt-drawing[role=img]").get_attribute("aria-label") == "A curve."
    assert page.locator(".tt-readout").get_attribute("aria-live") == "polite"
    press(page, 0, "ArrowRight")
    for slider, number in zip(
        page.locator("input.tt-range").all(), page.locator(".tt-number").all(), strict=True
    ):
        label, value = slider.get_attribute("aria-valuetext").split(" = ")
        assert value == number.text_content() == numbers(page)[label]


@every_kind
@pytest.mark.parametrize("host", ["", "static"])
def test_the_caption_is_the_hosts_on_a_static_page(show, kind, host):
    page = show(MAKE[kind](), host=host)
    captions = page.locator("figcaption")
    assert captions.count() == (0 if host else 1)
    if not host:
        assert captions.text_content() == "See ∂L/∂x2 and g."
        assert captions.locator("sup").text_content() == "2"
        assert captions.locator("code").text_content() == "g"


@every_kind
@pytest.mark.parametrize(("width", "layout"), [(720, 0), (640, 0), (358, 1)])
def test_the_reserved_height_is_the_height(show, kind, width, layout):
    figure = MAKE[kind]()
    page = show(figure, width=width, host="static")
    assert page.locator("figure.tt-figure").bounding_box()["height"] == figure.space[layout]
    assert figure.height in ((0, 0), tuple(figure.space))


def test_panels_stand_side_by_side_from_640(show):
    def tops(width):
        page = show(MAKE["surface"](), width=width)
        return [page.locator(f".tt-panel-{p}").bounding_box()["y"] for p in ("map", "a")]

    assert tops(640)[0] == tops(640)[1]
    assert tops(639)[0] < tops(639)[1]


def test_a_walk_downhill_is_that_of_the_engine_and_leaves_a_trail(show):
    def loss(a, b):
        return (a * 1.3).tanh() * b + b * b + (a - 0.5) ** 2

    start, rate, steps = (-1.5, 1.5), 0.2, 12
    figure = Surface(loss, *start, labels=("a", "b", "L"), rate=rate, **ABOUT)
    page = show(figure)
    button = page.get_by_role("button", name="Step downhill")
    a, b = (tt.tensor(np.float64(value), requires_grad=True) for value in start)
    for _ in range(steps):
        button.focus()
        page.keyboard.press("Enter")
        a.grad = b.grad = None
        loss(a, b).backward()
        a, b = (tt.tensor(x.data - rate * x.grad.data, requires_grad=True) for x in (a, b))
        a.grad = b.grad = None
        z = loss(a, b)
        z.backward()
        assert (get(page, "a"), get(page, "b")) == pytest.approx((a.item(), b.item()), abs=2e-3)
        seen = [float(value.replace("−", "-")) for value in list(numbers(page).values())[2:5]]
        assert seen == pytest.approx([z.item(), a.grad.item(), b.grad.item()], abs=5e-3)
    trail = get(page, "trail")
    assert len(trail) == steps and tuple(trail[0]) == start
    assert page.locator(".tt-panel-map circle.tt-solid.tt-ink").count() == steps + 1
    press(page, 0, "ArrowRight")  # another start: another walk
    assert get(page, "trail") == []
    assert not show(MAKE["surface"]()).get_by_role("button", name="Step downhill").is_visible()


@pytest.mark.parametrize("width", [720, 390])
def test_the_arrow_and_its_names_stay_in_the_panel(show, width):
    page = show(MAKE["surface"](g=3.0), width=width)
    panel = page.locator(".tt-panel-map").bounding_box()
    data = MAKE["surface"](g=3.0).data
    for a in (data["a"][0], data["a"][-1], 1.0):
        for b in (data["b"][0], data["b"][-1], -1.0):
            page.evaluate("([a, b]) => { model.set('a', a); model.set('b', b) }", [a, b])
            parts = page.locator(".tt-panel-map > g:last-child .tt-grad").all()
            assert parts
            for box in [part.bounding_box() for part in parts]:
                assert box["x"] >= panel["x"] and box["y"] >= panel["y"] - 1
                assert box["x"] + box["width"] <= panel["x"] + panel["width"]
                assert box["y"] + box["height"] <= panel["y"] + panel["height"] + 1


@every_kind
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_themes_change_every_role(show, kind, theme):
    page = show(MAKE[kind](), theme=theme)
    ink = page.locator("figure").evaluate("e => getComputedStyle(e).color")
    assert ink == ("rgb(28, 33, 40)" if theme == "light" else "rgb(230, 234, 239)")


@every_kind
def test_state_set_from_outside_is_drawn(show, kind):
    """As a kernel, or a link to another figure, does."""
    page = show(MAKE[kind]())
    trait, value = {
        "curve": ("x", 2.0),
        "surface": ("b", -1.5),
        "check": ("h", 1e-6),
        "attention": ("show", "gradient"),
    }[kind]
    was = picture(page)
    page.evaluate("([trait, value]) => model.set(trait, value)", [trait, value])
    assert picture(page) != was
    assert page.evaluate("model.sent") == []  # what came from outside is not sent back


@every_kind
def test_new_data_from_python_is_drawn(show, kind):
    page = show(MAKE[kind]())
    state = {
        "curve": {"x": 0.123},
        "surface": {"a": 0.123},
        "check": {"h": 3e-6},
        "attention": {"token": 5},
    }[kind]
    for trait, value in {**state, "data": MAKE[kind](**state).data}.items():
        page.evaluate("([trait, value]) => model.set(trait, value)", [trait, value])
    trait, value = state.popitem()
    said = numbers(page)[trait]
    words = {"curve": "0.123", "surface": "0.123", "check": "3 × 10⁻⁶", "attention": "mat"}
    assert said == words[kind]


BAD = {
    "nan": lambda: Curve(tt.tanh, x=math.nan),
    "infinite": lambda: Surface(lambda a, b: a / (b - b)),
    "empty": lambda: Check(tt.tanh, []),
    "huge": lambda: Curve(lambda x: x * 1e200),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_data_becomes_a_sentence(show, case):
    figure = BAD[case]()
    page = show(figure)
    assert page.locator(".tt-message").text_content() == figure.message != ""
    assert page.locator(".tt-message").is_visible()
    for part in (".tt-drawing", ".tt-readout", ".tt-controls"):
        assert not page.locator(part).is_visible()


@every_kind
def test_a_figure_without_data_says_so_and_recovers(show, kind):
    figure = MAKE[kind]()
    page = show(figure)
    page.evaluate("model.set('data', {})")
    assert page.locator(".tt-message").text_content() == "There is nothing to show."
    page.evaluate("data => model.set('data', data)", figure.data)
    assert not page.locator(".tt-message").is_visible()
    press(page, 0, "ArrowRight")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Curve(tt.log, x=1.0, domain=(-1, 3)),
        lambda: Curve(lambda x: 1 / x, x=-1.0),
        lambda: Surface(lambda a, b: a / b, a=1.0, b=0.0),
        lambda: Surface(lambda a, b: tt.log(a) * b, a=1.0, b=1.0),
        lambda: Check(tt.log, 0.25, h=1.0),
        lambda: Check(lambda x: x * 0.0 + 1.0, 0.25),
    ],
    ids=["log", "1/x", "a/b", "log(a)b", "check log", "check constant"],
)
def test_holes_and_poles_are_crossed_without_an_error(show, make):
    page = show(make())
    for key in ("Home", "PageUp", "PageUp", "End", "PageDown"):
        press(page, 0, key)
        assert "NaN" not in picture(page) and "undefined" not in picture(page)
        assert not re.search("NaN|undefined", page.locator(".tt-readout").text_content())


@every_kind
def test_a_frame_takes_under_8_ms(show, frame_time, kind):
    page = show(MAKE[kind]())
    trait = MAKE[kind]().moves[0]
    page.evaluate(
        """(trait) => {
          const data = model.get("data");
          const all = data[trait] ?? [...data.tokens.keys()];
          self.values = data.reach ? all.slice(data.reach, -data.reach) : all;
        }""",
        trait,
    )
    assert frame_time(page, f"model.set('{trait}', values[(7 * n) % values.length])") < 8


@every_kind
def test_nothing_moves_by_itself(show, kind):
    page = show(MAKE[kind](), reduced_motion="reduce")
    press(page, 0, "ArrowRight")
    assert page.evaluate("document.getAnimations().length") == 0


@every_kind
def test_leaving_lets_go_of_the_model(show, kind):
    page = show(MAKE[kind]())
    assert page.evaluate("model.listeners") > 0
    page.evaluate("leave()")
    assert page.evaluate("model.listeners") == 0
