"""What a gradient says, and the chain rule by hand."""

import numpy as np

from ..task import Compared, Mistake, Task

GRADIENTS = [np.array([0.6, -2.0]), np.array([-1.0, 0.25]), np.array([3.0, 4.0, 0.5])]


def slope_along(gradient, direction):
    return gradient @ direction / np.linalg.norm(direction)


def _directions(gradient):
    n = len(gradient)
    return [
        ("a direction of length 1", (gradient, np.eye(n)[0])),
        ("a direction of length 5", (gradient, np.array([3.0, 4.0, 0.0])[:n])),
        ("a short direction", (gradient, np.array([-0.1, 0.2, 0.0])[:n])),
        ("a direction across", (gradient, np.eye(n)[1])),
    ]


SLOPE_MISTAKES = (
    Mistake(
        "That is the slope along the gradient itself: a direction at an angle sees less of it.",
        lambda gradient, direction: np.linalg.norm(gradient),
    ),
    Mistake(
        "Two lengths, and the direction is in neither: the product of the vectors has the angle.",
        lambda gradient, direction: np.linalg.norm(gradient) * np.linalg.norm(direction),
    ),
    Mistake(
        "Divide by the length of the direction.", lambda gradient, direction: gradient @ direction
    ),
    Mistake(
        "Divide by the length of the direction, not by that of the gradient.",
        lambda gradient, direction: gradient @ direction / np.linalg.norm(gradient),
    ),
    Mistake(
        "That is the cosine of the angle: the length of the gradient belongs into the slope.",
        lambda gradient, direction: (
            gradient @ direction / np.linalg.norm(direction) / np.linalg.norm(gradient)
        ),
    ),
    Mistake(
        "Divide by the length itself; this is its square.",
        lambda gradient, direction: gradient @ direction / (direction @ direction),
    ),
    Mistake(
        "Add the products up: a slope is one number.",
        lambda gradient, direction: gradient * direction / np.linalg.norm(direction),
    ),
    Mistake(
        "The length of a direction is the root of its squares' sum, not the sum of its sizes.",
        lambda gradient, direction: gradient @ direction / np.abs(direction).sum(),
    ),
    Mistake(
        "The length of a direction is the root of its squares' sum, not its largest entry.",
        lambda gradient, direction: gradient @ direction / np.abs(direction).max(),
    ),
    Mistake(
        "A slope has a sign: it may go down.",
        lambda gradient, direction: abs(gradient @ direction) / np.linalg.norm(direction),
    ),
)
DOWNHILL_MISTAKES = (
    Mistake("It leads uphill.", lambda gradient: gradient / np.linalg.norm(gradient)),
    Mistake("Its length has to be 1.", lambda gradient: -gradient),
    Mistake(
        "The length of a vector is the root of the sum of squares, not a sum of sizes.",
        lambda gradient: -gradient / np.abs(gradient).sum(),
    ),
    Mistake(
        "The length of a vector is the root of the sum of squares, not its largest entry.",
        lambda gradient: -gradient / np.abs(gradient).max(),
    ),
    Mistake(
        "The root is missing: the length is the root of the sum of squares.",
        lambda gradient: -gradient / (gradient @ gradient),
    ),
    Mistake(
        "Signs alone lead down, but not the steepest way.",
        lambda gradient: -np.sign(gradient) / np.sqrt(len(gradient)),
    ),
    Mistake(
        "Signs alone lead down, but not the steepest way; and the length has to be 1.",
        lambda gradient: -np.sign(gradient),
    ),
)


def chain(x, y):
    """The gradients of L = (x y + x)²."""
    s = x * y + x
    return 2 * s * (y + 1), 2 * s * x


def _back(x, y):
    s = x * y + x
    return (
        f"Step by step: s = {s:g}, ∂L/∂s = 2s = {2 * s:g}, and s changes by y + 1 = {y + 1:g} for"
        f" each unit of x, by x = {x:g} for each unit of y."
    )


CHAIN_MISTAKES = (
    Mistake(
        "The two are exchanged: the gradient of x comes first.",
        lambda x, y: chain(x, y)[::-1],
    ),
    Mistake(
        "That is the path through the product; x reaches s directly too.",
        lambda x, y: (2 * (x * y + x) * y, 2 * (x * y + x) * x),
    ),
    Mistake(
        "That is the direct path; x reaches s through the product too.",
        lambda x, y: (2 * (x * y + x), 2 * (x * y + x) * x),
    ),
    Mistake(
        "The upstream gradient, ∂L/∂s = 2s, is missing from both.",
        lambda x, y: (y + 1, x),
    ),
    Mistake(
        "∂L/∂s is 2s, not s: L is a square.",
        lambda x, y: ((x * y + x) * (y + 1), (x * y + x) * x),
    ),
    Mistake(
        "∂L/∂s is 2s, not s, in the gradient of x.",
        lambda x, y: ((x * y + x) * (y + 1), 2 * (x * y + x) * x),
    ),
    Mistake(
        "∂L/∂s is 2s, not s, in the gradient of y.",
        lambda x, y: (2 * (x * y + x) * (y + 1), (x * y + x) * x),
    ),
    Mistake(
        "The slope of s² is 2s: you took 2L, twice the result.",
        lambda x, y: (2 * (x * y + x) ** 2 * (y + 1), 2 * (x * y + x) ** 2 * x),
    ),
    Mistake(
        "s = x·y + x changes by x for each unit of y, and not by y.",
        lambda x, y: (2 * (x * y + x) * (y + 1), 2 * (x * y + x) * y),
    ),
    Mistake(
        "s = x·y + x changes by y + 1 for each unit of x: the slope along the factor x is y.",
        lambda x, y: (2 * (x * y + x) * (x + 1), 2 * (x * y + x) * x),
    ),
    Mistake(
        "The upstream gradient is 2s, the slope of the square where s is; you took 2.",
        lambda x, y: (2 * (y + 1), 2 * x),
    ),
    Mistake(
        "s is x·y + x: the + x is missing where 2s is computed.",
        lambda x, y: (2 * x * y * (y + 1), 2 * x * y * x),
    ),
    Mistake(
        "Two paths that meet at x add up; yours are multiplied.",
        lambda x, y: (2 * (x * y + x) * y * 2 * (x * y + x), 2 * (x * y + x) * x),
    ),
)
POINTS = [(2.0, 3.0), (-1.0, 0.5), (0.25, -4.0)]

TASKS = (
    Task(
        "slope_along",
        "my_slope_along(gradient, direction)",
        Compared(
            [case for g in GRADIENTS for case in _directions(g)],
            slope_along,
            SLOPE_MISTAKES,
            ("slope",),
            hint=lambda gradient, direction: (
                "The slope is the product of the gradient with the direction, added up, divided by"
                " the length of the direction."
            ),
            says="The slope is right along long, short and crossing directions.",
        ),
        SLOPE_MISTAKES,
    ),
    Task(
        "downhill",
        "my_downhill(gradient)",
        Compared(
            [(f"the gradient {g.tolist()}", (g,)) for g in GRADIENTS],
            lambda gradient: -gradient / np.linalg.norm(gradient),
            DOWNHILL_MISTAKES,
            ("direction",),
            hint=lambda gradient: "The steepest way down is straight against the gradient.",
            says="The steepest way down, of length 1, in two and three dimensions.",
        ),
        DOWNHILL_MISTAKES,
    ),
    Task(
        "gradients",
        "my_gradients(x, y)",
        Compared(
            [(f"x = {x:g}, y = {y:g}", (x, y)) for x, y in POINTS],
            chain,
            CHAIN_MISTAKES,
            ("gradient of x", "gradient of y"),
            hint=_back,
            says="Compared at three points; both paths to x are in it.",
        ),
        CHAIN_MISTAKES,
    ),
)
