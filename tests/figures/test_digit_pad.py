"""The digit pad: what it answers in the page is what the package answers."""

import re

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import data, nn
from tinytorch.milestones import mlp
from tinytorch.widgets import DigitPad

ABOUT = {"name": "fig-test", "caption": "Draw.", "alt": "A pad."}


@pytest.fixture(scope="module")
def model():
    return mlp.train(0, epochs=4).model


@pytest.fixture(scope="module")
def digits():
    images, labels = data.digits(train=False)[:40]
    return images.numpy(), labels.numpy()


@pytest.fixture
def pad(model, digits):
    return lambda **options: DigitPad([model.hidden, model.output], *digits, **options, **ABOUT)


def said(page):
    """The numbers of the readout by their names."""
    spans = page.locator(".tt-readout > span").all_text_contents()
    pairs = (span.rstrip(",").split(" = ") for span in spans if " = " in span)
    return dict(pairs)


def number(text):
    return float(text.replace("−", "-"))


def expected(model, ink):
    """Probabilities, and the gradient of the answer's log-probability, by the package."""
    x = tt.tensor(np.array(ink, np.float32).reshape(1, 1, 8, 8) / 16, requires_grad=True)
    log_p = model(x).log_softmax(-1)[0]
    answer = int(log_p.data.argmax())
    log_p[answer].backward()
    return np.exp(log_p.data), answer, x.grad.data.ravel()


def agrees(page, model):
    ink, at = page.evaluate("[model.get('ink'), model.get('at')]")
    p, answer, gradient = expected(model, ink)
    words = said(page)
    assert int(words["answer"]) == answer
    assert number(words["p"]) == pytest.approx(p[answer], abs=0.0015)
    assert number(words["∂log p/∂x"]) == pytest.approx(gradient[at], abs=0.003)
    second, share = words["then"].split(" with ")
    assert p[int(second)] == pytest.approx(np.sort(p)[-2], abs=0.0015)
    assert number(share) == pytest.approx(np.sort(p)[-2], abs=0.0015)
    return answer


@pytest.mark.parametrize(("width", "layout"), [(720, 0), (390, 1)])
def test_a_unit_shows_what_excites_it_whom_it_speaks_to_and_its_gate(
    show, pad, model, digits, width, layout
):
    examples = data.digits(train=False)[:300][0].numpy().reshape(-1, 64)
    figure = pad(examples=examples)
    assert figure.message == "" and DigitPad.panels.keys() == {"pad"}
    page = show(figure, width=width, host="static")
    assert page.locator("figure").bounding_box()["height"] == figure.space[layout]
    weight, bias = model.hidden.weight.data, model.hidden.bias.data
    out = model.output.weight.data
    order = np.argsort(-np.linalg.norm(out, axis=0), kind="stable")
    says = np.maximum(examples @ weight.T + bias, 0)
    slider = page.locator("input.tt-range").nth(1)
    slider.focus()
    for unit in order[:5]:
        ink = np.array(page.evaluate("model.get('ink')")) / 16
        panel = page.locator(".tt-panel-unit")
        z = float(weight[unit] @ ink + bias[unit])
        gate = panel.locator(".tt-title").text_content()
        assert gate.endswith("open" if z > 0 else "shut")
        assert number(re.search(r": (\S+),", gate)[1]) == pytest.approx(z, abs=0.006)
        shown = [
            number(t)
            for t in panel.locator(".tt-label.tt-value:not(.tt-title)").all_text_contents()
        ]
        assert shown == pytest.approx(sorted(says[:, unit])[:-7:-1], abs=0.006)
        signs = panel.locator("rect.tt-plus, rect.tt-minus").evaluate_all(
            "bars => bars.map((bar) => bar.classList.contains('tt-plus'))"
        )
        assert signs == (out[:, unit] >= 0).tolist()
        page.keyboard.press("ArrowRight")
    assert page.evaluate("model.get('unit')") == 5
    page.get_by_role("button", name="Clear").click()
    assert (
        f"{bias[order[5]]:.2f}".replace("-", "−")
        in page.locator(".tt-panel-unit .tt-title").text_content()
    )


def test_units_need_one_hidden_layer(digits):
    with pytest.raises(ValueError, match="one hidden layer"):
        DigitPad([nn.Linear(64, 10)], *digits, examples=digits[0])


def test_its_answers_are_those_of_the_package(show, pad, model, digits):
    page = show(pad())
    right = 0
    for label in digits[1]:
        right += agrees(page, model) == label
        page.locator("input.tt-range").focus()
        page.keyboard.press("ArrowRight")
    assert right >= 30
    rng = np.random.default_rng(0)
    for _ in range(10):
        ink = rng.integers(0, 17, 64).tolist()
        page.evaluate("ink => model.set('ink', ink)", ink)
        page.evaluate("new Promise(requestAnimationFrame)")
        agrees(page, model)


def test_it_shifts_clears_and_comes_back(show, pad, model, digits):
    page = show(pad(digit=2))
    images = np.round(digits[0] * 16)
    for name, down, right in [("Right", 0, 1), ("Down", 1, 0), ("Left", 0, -1), ("Up", -1, 0)]:
        page.get_by_role("button", name="Reset").click()
        page.get_by_role("button", name=name, exact=True).click()
        moved = mlp.shifted(images[2], down, right).ravel()
        assert page.evaluate("model.get('ink')") == moved.astype(int).tolist()
        agrees(page, model)
        assert "your drawing" in page.locator(".tt-readout").text_content()
    page.get_by_role("button", name="Clear").click()
    assert set(page.evaluate("model.get('ink')")) == {0}
    agrees(page, model)
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate("model.get('ink')") == images[2].ravel().astype(int).tolist()
    label = digits[1][2]
    assert f"image 3, written as a {label}" in page.locator(".tt-readout").text_content()


def test_the_keyboard_draws_and_erases(show, pad, model):
    page = show(pad())
    page.get_by_role("button", name="Clear").click()
    page.locator(".tt-panel-pad [tabindex]").focus()
    page.keyboard.press("Space")
    ink = np.array(page.evaluate("model.get('ink')")).reshape(8, 8)
    assert ink[3, 3] == 16 and ink[3, 2] == ink[2, 3] == ink[4, 3] == ink[3, 4] == 5
    assert ink.sum() == 36
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("model.get('at')") == 4 * 8 + 4
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    ink = np.array(page.evaluate("model.get('ink')")).reshape(8, 8)
    assert ink[3, 3] == 0 and ink.sum() == 20
    for key in ["ArrowLeft"] * 9 + ["ArrowUp"] * 9:
        page.keyboard.press(key)
    assert page.evaluate("model.get('at')") == 0
    page.keyboard.press("Space")
    ink = np.array(page.evaluate("model.get('ink')")).reshape(8, 8)
    assert (ink[0, 0], ink[0, 1], ink[1, 0], ink[0, 7], ink[7, 0]) == (16, 5, 5, 0, 0)
    agrees(page, model)


def test_the_mouse_draws_a_line_and_erases_where_it_starts_on_ink(show, pad, model):
    page = show(pad())
    page.get_by_role("button", name="Clear").click()
    box = page.locator(".tt-panel-pad [tabindex] .tt-hit").bounding_box()
    side = box["width"] / 8

    def at(row, column):
        return box["x"] + (column + 0.5) * side, box["y"] + (row + 0.5) * side

    page.mouse.move(*at(1, 4))
    page.mouse.down()
    page.mouse.move(*at(6, 4), steps=3)  # faster than a cell a step
    page.mouse.up()
    ink = np.array(page.evaluate("model.get('ink')")).reshape(8, 8)
    assert (ink[1:7, 4] == 16).all() and (ink[1:7, 3] == 5).all() and (ink[:, 6:] == 0).all()
    assert agrees(page, model) == 1
    page.mouse.move(*at(3, 4))
    page.mouse.down()
    page.mouse.move(*at(4, 4), steps=2)
    page.mouse.up()
    ink = np.array(page.evaluate("model.get('ink')")).reshape(8, 8)
    assert ink[:, 4].tolist() == [5, 16, 16, 0, 0, 16, 16, 5]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_gradient_is_drawn_and_nothing_overflows(show, pad, width, theme):
    page = show(pad(), width=width, theme=theme)
    before = page.locator(".tt-drawing").inner_html()
    page.get_by_role("button", name="Gradient").click()
    assert page.locator(".tt-drawing").inner_html() != before
    assert re.search("[+−]", page.locator(".tt-panel-pad [tabindex]").text_content())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [700, 620, 390])
def test_all_is_drawn_inside(show, pad, digits, width):
    figure = pad(examples=data.digits(train=False)[:300][0].numpy().reshape(-1, 64))
    page = show(figure, width=width)
    for panel in page.locator("svg.tt-panel").all():
        frame = panel.bounding_box()
        for box in [part.bounding_box() for part in panel.locator("rect:not(.tt-hit)").all()]:
            assert box["x"] >= frame["x"] - 1
            assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1


def test_the_height_is_what_was_kept_free(show, pad):
    figure = pad()
    for width, kept in zip((720, 390), figure.space, strict=True):
        page = show(figure, width=width, host="static")
        assert page.locator("#figure").bounding_box()["height"] == pytest.approx(kept, abs=24)


def test_it_refuses_what_does_not_fit_and_says_what_it_cannot_show(digits, show):
    images, labels = digits
    with pytest.raises(ValueError, match="widths \\[64, 5\\] do not lead from 64 pixels to 10"):
        DigitPad([nn.Linear(64, 5)], images, labels)
    with pytest.raises(ValueError, match="40 images, 3 classes"):
        DigitPad([nn.Linear(64, 10)], images, labels[:3])
    broken = nn.Linear(64, 10)
    broken.weight.data[0, 0] = np.nan
    page = show(DigitPad([broken], images, labels, **ABOUT))
    assert "nan or infinite" in page.locator(".tt-message").text_content()
