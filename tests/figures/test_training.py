"""The training figure: what it plays is what was recorded."""

import json
import math

import numpy as np
import pytest

from tinytorch.widgets import Training

ABOUT = {"name": "fig-test", "caption": "See it.", "alt": "A run."}
FRAMES = 7
RANDOM = np.random.default_rng(0)
LOSS = np.linspace(2.0, 0.25, FRAMES)
SHARE = np.linspace(0.5, 1.0, FRAMES)
POINTS = RANDOM.uniform(-1, 1, (20, 2))
CLASSES = np.arange(20) % 2
FIELD = RANDOM.uniform(0, 1, (FRAMES, 5, 6))
MOVING = RANDOM.normal(size=(FRAMES, 20, 2))
IMAGES = RANDOM.normal(size=(FRAMES, 3, 4, 5))
LAYERS = {f"layer {n}": 10.0 ** -np.linspace(n, 2, FRAMES) for n in (4, 3, 2)}
MAKE = {
    "field": lambda **more: Training(
        field=FIELD,
        points=POINTS,
        classes=CLASSES,
        curves={"loss": LOSS, "accuracy": SHARE},
        norms=LAYERS,
        **more,
        **ABOUT,
    ),
    "points": lambda **more: Training(
        points=MOVING, classes=np.arange(20) % 5, curves={"loss": LOSS}, **more, **ABOUT
    ),
    "images": lambda **more: Training(
        images=IMAGES,
        titles="abc",
        curves={"loss": {"train": LOSS, "test": 2 * LOSS}},
        log=["loss"],
        **more,
        **ABOUT,
    ),
    "norms": lambda **more: Training(
        norms={"deep": LAYERS, "deeper": LAYERS}, curves={"loss": LOSS}, **more, **ABOUT
    ),
}
every_picture = pytest.mark.parametrize("kind", MAKE)


# --- what Python sends


@every_picture
def test_data_stay_small_and_are_json(kind):
    figure = MAKE[kind]()
    text = json.dumps(figure.data, allow_nan=False, separators=(",", ":"))
    assert figure.message == ""
    assert len(text) + len(figure.snapshots) < 50_000


def test_a_field_travels_as_signed_bytes_about_its_level():
    figure = MAKE["field"]()
    sent = np.frombuffer(figure.snapshots[: FIELD.size], np.int8).reshape(FIELD.shape)
    most = np.abs(FIELD - 0.5).max()
    shown = 0.5 + sent[:, ::-1] * most / 127  # from the top row down
    assert np.abs(shown - FIELD).max() <= most / 254 * 1.001
    assert figure.data["offset"] == FIELD.size


@pytest.mark.parametrize(("kind", "points"), [("field", POINTS), ("points", MOVING)])
def test_points_travel_with_sixteen_bits_a_coordinate(kind, points):
    figure = MAKE[kind]()
    sent = np.frombuffer(figure.snapshots[figure.data["offset"] :], "<u2").reshape(points.shape)
    low, high = np.array(figure.data["plane"]["domain"]).T
    shown = low + (high - low) * sent / 65535
    assert np.abs(shown - points).max() < 1e-4


def test_images_share_one_scale_so_that_growth_shows():
    figure = Training(images=np.stack([np.full((1, 2, 2), v) for v in (0.5, -1.0)]))
    assert set(figure.snapshots[:4]) == {64}
    assert np.frombuffer(figure.snapshots[4:], np.int8).tolist() == [-127] * 4


def test_a_negative_frame_counts_from_the_end():
    assert MAKE["images"](frame=-1).frame == FRAMES - 1


def test_classes_may_be_anything_that_sorts():
    names = Training(points=MOVING[:, :2], classes=[True, False]).data["plane"]["names"]
    assert names == ["False", "True"]
    with pytest.raises(ValueError, match="3 classes for 20 points"):
        Training(points=MOVING, classes=[0, 1, 2])


def test_parts_that_disagree_are_refused():
    with pytest.raises(ValueError, match="numbers of snapshots differ: images 7, loss 2"):
        Training(images=IMAGES, curves={"loss": [1.0, 2.0]})
    with pytest.raises(ValueError, match="two pictures"):
        Training(images=IMAGES, points=POINTS)


BAD = {
    "empty": (lambda: Training(curves={"loss": []}), "No snapshot"),
    "nothing": (lambda: Training(), "No snapshot"),
    "nan": (lambda: Training(images=IMAGES * math.nan), "nan or infinite"),
    "infinite": (lambda: Training(points=MOVING / 0.0), "no place"),
    "no images": (lambda: Training(images=np.zeros((2, 0, 3, 3))), "empty"),
    "nan curve": (lambda: Training(curves={"loss": [math.nan] * 2}), "loss is nan"),
    "no norms": (lambda: Training(norms={"w": [0.0, 0.0]}), "above zero is empty"),
    "too much": (lambda: Training(images=np.ones((99, 9, 8, 8))), "57 kB"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_bad_data_becomes_a_sentence(show, case):
    make, said = BAD[case]
    figure = make()
    assert said in figure.message
    page = show(figure)
    assert page.locator(".tt-message").text_content() == figure.message
    assert not page.locator(".tt-drawing").is_visible()


# --- what a reader sees


def fixed(value):
    return f"{value:.3f}"


def numbers(page):
    spans = page.locator(".tt-readout > span").all_text_contents()
    return dict(span.rstrip(",").rsplit(" = ", 1) for span in spans)


def picture(page):
    return page.locator(".tt-drawing").inner_html()


def get(page, trait):
    return page.evaluate("trait => model.get(trait)", trait)


def press(page, *keys):
    page.locator("input.tt-range").first.focus()
    for key in keys:
        page.keyboard.press(key)


@every_picture
@pytest.mark.parametrize("width", [1280, 390])
def test_the_slider_scrubs_by_keyboard(show, kind, width):
    page = show(MAKE[kind](), width=width)
    was = page.locator(".tt-readout").text_content(), picture(page)
    press(page, "ArrowRight")
    assert get(page, "frame") == 1
    assert page.locator(".tt-readout").text_content() != was[0]
    assert picture(page) != was[1]
    press(page, "End")
    assert get(page, "frame") == FRAMES - 1
    press(page, "Home")
    assert picture(page) == was[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_readout_says_every_number_of_the_snapshot(show):
    page = show(MAKE["field"](at=range(0, 10 * FRAMES, 10), unit="step"))
    for frame in range(FRAMES):
        assert numbers(page) == {
            "step": str(10 * frame),
            "loss": fixed(LOSS[frame]),
            "accuracy": fixed(SHARE[frame]),
            "‖∂L/∂W‖ of layer 4": fixed(LAYERS["layer 4"][frame])
            if LAYERS["layer 4"][frame] >= 1e-3
            else f"{LAYERS['layer 4'][frame] * 1e4:.1f} × 10⁻⁴",
            "‖∂L/∂W‖ of layer 2": fixed(LAYERS["layer 2"][frame]),
        }
        press(page, "ArrowRight")


def test_several_runs_are_told_apart_by_name(show):
    page = show(MAKE["norms"](frame=-1))
    assert numbers(page).keys() == {
        "epoch",
        "loss",
        *(f"{run}, ‖∂L/∂W‖ of layer {n}" for run in ("deep", "deeper") for n in (2, 4)),
    }
    assert numbers(show(MAKE["images"]()))["loss, test"] == "4.000"


def test_points_stand_where_they_were(show):
    """Squares and discs, one path a class, at the places that Python sent."""
    page = show(MAKE["field"]())
    for mark, role in ((0, "minus"), (1, "plus")):
        d = page.locator(f".tt-point.tt-{role}").get_attribute("d")
        assert d.count("M") == (CLASSES == mark).sum()
    ys = [float(part.split()[1].split("m")[0]) for part in d.split("M")[1:]]
    order = np.argsort(POINTS[CLASSES == 1, 1])[::-1]  # the highest is nearest to the top
    assert np.all(np.diff(np.array(ys)[order]) >= -0.1)


def test_the_boundary_lies_where_the_field_passes_the_level(show):
    across = np.tile(np.linspace(0, 1, 9), (1, 5, 1))  # 0.5 at the middle of the plane
    page = show(Training(field=across, domain=((0, 8), (0, 4)), curves={"loss": [1.0]}, **ABOUT))
    d = page.locator(".tt-between path").get_attribute("d")
    xs = {float(point.split()[0]) for point in d.replace("M", "L").split("L")[1:]}
    field = page.locator(".tt-panel-picture mask svg").first
    middle = float(field.get_attribute("x")) + float(field.get_attribute("width")) / 2
    assert max(abs(x - middle) for x in xs) < 0.2


def test_more_than_two_classes_show_their_letters(show):
    page = show(MAKE["points"]())
    glyphs = page.locator(".tt-glyph").all_text_contents()
    assert glyphs == ["0000", "1111", "2222", "3333", "4444"]


def test_it_plays_to_the_end_and_stops(show):
    page = show(MAKE["images"](frame=-3))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"model.get('frame') === {FRAMES - 1}")
    page.wait_for_function("!model.get('playing')")
    play = page.get_by_role("button", name="Play")
    assert play.evaluate("(button) => (button.click(), model.get('frame'))") == 0
    press(page, "ArrowRight")
    assert get(page, "playing") is False


def test_who_asked_for_less_motion_steps_instead(show):
    page = show(MAKE["images"](), reduced_motion="reduce")
    assert page.get_by_role("button", name="Play").is_disabled()
    page.get_by_role("button", name="Forward").click()
    assert get(page, "frame") == 1


def test_dragging_the_cursor_scrubs(show):
    page = show(MAKE["field"]())
    dot = page.locator(".tt-panel-curves .tt-handle").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=4)
    page.mouse.up()
    assert 2 <= get(page, "frame") <= 5
    page.get_by_role("button", name="Reset").click()
    assert get(page, "frame") == 0


@every_picture
@pytest.mark.parametrize(("width", "layout"), [(720, 0), (358, 1)])
def test_the_reserved_height_is_the_height(show, kind, width, layout):
    figure = MAKE[kind]()
    page = show(figure, width=width, host="static")
    for key in ("Home", "End"):
        press(page, key)
        height = page.locator("figure").bounding_box()["height"]
        assert height == pytest.approx(figure.space[layout], abs=1)


@every_picture
def test_targets_are_large_enough_and_it_speaks(show, kind):
    page = show(MAKE[kind](), width=390, theme="dark")
    for target in page.locator("input.tt-range, button, .tt-hit").all():
        box = target.bounding_box()
        assert box["height"] >= 43.9 and box["width"] >= 43.9
    assert page.locator(".tt-drawing[role=img]").get_attribute("aria-label") == "A run."
    said = page.locator("input.tt-range").get_attribute("aria-valuetext")
    assert said == f"epoch = 0 of {FRAMES - 1}"


def test_panels_keep_their_order_in_a_saved_notebook(show):
    """Jupyter sorts the keys of the state it saves."""
    figure = MAKE["field"]()
    figure.data = json.loads(json.dumps(figure.data, sort_keys=True))
    page = show(figure)
    kinds = page.locator("svg.tt-panel").evaluate_all("all => all.map((e) => e.classList[1])")
    assert kinds == ["tt-panel-picture", "tt-panel-curves", "tt-panel-norms"]


def test_a_run_that_diverged_is_drawn_as_far_as_it_went(show):
    losses = [1.0, 10.0, 1e300, math.inf, math.nan]
    page = show(Training(curves={"loss": losses}, log=["loss"], norms={"w": losses}, **ABOUT))
    for _ in losses:
        assert "NaN" not in picture(page)
        press(page, "ArrowRight")
    assert numbers(page)["loss"] == "nan"


def test_a_frame_takes_under_8_ms(show, frame_time):
    x, y = np.meshgrid(np.linspace(-1, 1, 32), np.linspace(-1, 1, 32))
    field = [0.5 + 0.5 * np.tanh(9 * (y - np.sin(t * x))) for t in np.linspace(0, 5, 30)]
    points = RANDOM.uniform(-1, 1, (300, 2))
    loss = np.arange(30.0)
    page = show(Training(field=field, points=points, curves={"loss": loss, "accuracy": loss}))
    assert frame_time(page, "model.set('frame', (7 * n) % 30)") < 8


def test_new_snapshots_from_python_are_drawn(show):
    page = show(MAKE["images"]())
    was = picture(page)
    page.evaluate(
        """() => {
          const bytes = new Uint8Array(model.get("snapshots").byteLength).fill(100);
          model.set("snapshots", new DataView(bytes.buffer));
        }"""
    )
    assert picture(page) != was


def test_leaving_lets_go_of_the_model(show):
    page = show(MAKE["field"]())
    page.evaluate("leave()")
    assert page.evaluate("model.listeners") == 0
