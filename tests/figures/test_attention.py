"""The attention figure: the weights and gradients of a real layer, in Python and in the page."""

import json

import numpy as np
import pytest
import traitlets

import tinytorch as tt
from tinytorch.widgets import Attention

ABOUT = {"name": "fig-test", "caption": "See $p$.", "alt": "Lines between words."}
WORDS = ["the", "cat", "sat", "on", "the", "mat"]


def test_figures_can_share_the_scale_of_their_gradients():
    own = Attention(list("ab"), np.eye(2)[None], np.eye(2)[None] / 50)
    shared = Attention(list("ab"), np.eye(2)[None], np.eye(2)[None] / 50, full=2.0)
    assert [scale["most"] for scale in own.data["scales"]] == [1.0, 0.02]
    assert [scale["most"] for scale in shared.data["scales"]] == [1.0, 2.0]
    assert own.data["scales"][1]["digits"] == shared.data["scales"][1]["digits"]


def run(tokens=6, heads=2, seed=0):
    """Return the weights of a causal layer and the gradient that came back along each."""
    rng = np.random.default_rng(seed)
    layer = tt.nn.MultiHeadAttention(4 * heads, heads)
    x = tt.tensor(rng.normal(size=(1, tokens, 4 * heads)) * 2)
    z, p = layer(x, is_causal=True, need_weights=True)
    p.retain_grad()
    (z * rng.normal(size=z.shape)).sum().backward()
    return p.data[0], p.grad.data[0]


P, DP = run()


def make(*args, **options):
    return Attention(*(args or (WORDS, P, DP)), **options, **ABOUT)


def numbers(page):
    spans = page.locator(".tt-readout > span").all_text_contents()
    return dict(span.rstrip(",").rsplit(" = ", 1) for span in spans)


def get(page, trait):
    return page.evaluate("trait => model.get(trait)", trait)


# ------------------------------------------------------------------------------- Python


def test_it_holds_the_run_s_weights_and_gradients():
    figure = make()
    data = figure.data
    np.testing.assert_allclose(data["weights"], P, atol=10.0 ** -data["scales"][0]["digits"])
    passed = np.where(P > 0, DP, 0)
    np.testing.assert_allclose(data["gradients"], passed, atol=10.0 ** -data["scales"][1]["digits"])
    assert np.array_equal(np.array(data["weights"])[:, 0], [[1, 0, 0, 0, 0, 0]] * 2)


def test_small_gradients_get_the_digits_that_tell_them_apart():
    digits = make(WORDS, P, DP / np.abs(DP).max() * 3e-4).data["scales"][1]["digits"]
    assert digits == 5


def test_repeated_and_strange_tokens_have_names_of_their_own():
    data = make(["a", " ", "a", "\n", "", "incomprehensible"], P).data
    assert data["tokens"] == ["a", "␣", "a", "↵", "∅", "incompreh…"]
    assert data["names"] == ["a (0)", "␣", "a (2)", "↵", "∅", "incompreh…"]


def test_the_largest_figure_is_small_enough():
    weights = np.random.default_rng(0).uniform(0.001, 1, size=(6, 24, 24))
    figure = make([f"token {i}" for i in range(24)], weights, weights - 0.5)
    size = len(json.dumps(figure.data, separators=(",", ":")))
    assert size < 50_000 and not figure.message


def bad(value):
    weights = P.copy()
    weights[0, 2, 1] = value
    return weights


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((WORDS, bad(np.nan)), "weights hold nan"),
        ((WORDS, P, bad(np.inf)), "gradients hold nan or infinity"),
        ((WORDS, P, bad(1e20)), "gradients reach 1.0e+20: too large"),
        (([], np.zeros((2, 0, 0))), "nothing to show"),
        ((["x"] * 30, np.zeros((2, 30, 30))), "2 heads of 30 tokens: too many"),
    ],
)
def test_what_cannot_be_shown_is_said(show, arguments, says):
    figure = make(*arguments)
    assert says in figure.message and figure.data == {}
    page = show(figure)
    assert page.locator(".tt-message").text_content() == figure.message
    assert not page.locator(".tt-drawing").is_visible()


def test_wrong_shapes_and_indices_are_errors():
    with pytest.raises(ValueError, match=r"shape \(2, 6, 6\); for 2 tokens it is \(heads, 2, 2\)"):
        make(["a", "b"], P)
    with pytest.raises(ValueError, match=r"gradients have shape \(2, 6\), weights have"):
        make(WORDS, P, DP[:, 0])
    with pytest.raises(ValueError, match="needs gradients"):
        make(WORDS, P, show="gradient")
    with pytest.raises(traitlets.TraitError, match="head is 2; there are 2"):
        make(head=2)
    figure = make()
    with pytest.raises(traitlets.TraitError, match="token is -1"):
        figure.token = -1


# ------------------------------------------------------------------------------- the page


def test_the_readout_tells_the_largest_weights(show):
    figure = make(token=0)
    page = show(figure)
    page.locator("input.tt-range").first.focus()
    for token in range(6):
        said = numbers(page)
        assert said.pop("token") == figure.data["names"][token]
        assert said.pop("head") == "0"
        top = sorted(P[0, token], reverse=True)[: min(3, token + 1)]
        assert list(said.values()) == [f"{value:.2f}" for value in top]
        page.keyboard.press("ArrowRight")


def test_the_switch_turns_weights_into_gradients(show):
    page = show(make(token=5))
    before = page.locator(".tt-drawing").inner_html()
    page.get_by_role("button", name="Gradients").click()
    assert get(page, "show") == "gradient"
    assert page.locator(".tt-drawing").inner_html() != before
    said = numbers(page)
    (label, value), *_ = list(said.items())[2:]
    assert label.startswith("∂L/∂p of ")
    assert float(value.replace("−", "-")) == pytest.approx(max(DP[0, 5], key=abs), abs=0.006)
    page.get_by_role("button", name="Gradients").click()
    assert page.locator(".tt-drawing").inner_html() == before


def test_a_row_of_a_map_chooses_head_and_token(show):
    page = show(make())
    box = page.locator(".tt-panel-maps").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 28 + 1)
    assert (get(page, "head"), get(page, "token")) == (1, 0)
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + 28 + 155)
    assert (get(page, "head"), get(page, "token")) == (0, 5)
    page.get_by_role("button", name="Reset").click()
    assert (get(page, "head"), get(page, "token")) == (0, 0)


def test_a_click_on_a_token_chooses_it(show):
    page = show(make())
    page.get_by_text("sat").first.click()
    assert numbers(page)["token"] == "sat"


def test_without_gradients_there_is_no_switch_and_with_one_head_no_choice(show):
    page = show(make(WORDS, P[:1]))
    assert page.get_by_role("button").all_text_contents() == ["Reset"]
    assert page.locator("input:visible").count() == 1


def test_markup_in_a_token_stays_text(show):
    page = show(make(["<b>", "&", '"', "'", "<i", "x"], P, DP, token=0))
    assert numbers(page)["token"] == "<b>"
    assert page.locator(".tt-drawing b").count() == 0


@pytest.mark.parametrize("tokens", [1, 6, 13, 24])
@pytest.mark.parametrize("heads", [1, 2, 4, 8])
def test_every_size_keeps_its_height_and_its_edges(show, tokens, heads):
    figure = make([f"w{i}" for i in range(tokens)], *run(tokens, heads))
    for layout, width in enumerate((720, 340)):
        page = show(figure, width=width, host="static")
        box = page.locator("figure").bounding_box()
        assert box["height"] == pytest.approx(figure.space[layout], abs=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert "NaN" not in page.locator(".tt-drawing").inner_html()
