"""The one palette, `palette.css`, for figures, plots and pages; matplotlib's style is made of it.

``python -m tinytorch.widgets.frame.palette`` writes ``tinytorch.mplstyle`` anew.
"""

import re
from importlib.resources import files
from pathlib import Path

STYLE = Path(__file__).parents[2] / "tinytorch.mplstyle"
CYCLE = ("value", "grad", "g", "diff", "soft")  # the roles of a plot's lines, in order
ROLES = {
    "figure.facecolor": "page",
    "axes.facecolor": "page",
    "savefig.facecolor": "page",
    "text.color": "ink",
    "axes.edgecolor": "faint",
    "axes.labelcolor": "ink",
    "xtick.color": "faint",
    "ytick.color": "faint",
    "xtick.labelcolor": "soft",
    "ytick.labelcolor": "soft",
    "grid.color": "faint",
}


def colors(theme: str = "light") -> dict[str, str]:
    """Return the colors of ``"light"`` or ``"dark"`` by role: ``{"value": "#0b69dc", …}``."""
    text = files(__package__).joinpath("palette.css").read_text(encoding="utf-8")
    light, dark, *_ = re.findall(r"\{([^}]*)\}", text)
    block = {"light": light, "dark": dark}[theme]
    return dict(re.findall(r"--tt-([\w-]+): (#[0-9a-f]{6});", block))


def plot_style(text: str) -> str:
    """Return a matplotlib style file with its colors those of the light palette."""
    found = {role: color[1:] for role, color in colors().items()}
    cycle = ", ".join(f'"{found[role]}"' for role in CYCLE)
    text = re.sub(r"(?m)^axes.prop_cycle:.*$", f'axes.prop_cycle: cycler("color", [{cycle}])', text)
    for setting, role in ROLES.items():
        text = re.sub(rf"(?m)^{re.escape(setting)}: .*$", f"{setting}: {found[role]}", text)
    return text


if __name__ == "__main__":
    STYLE.write_text(plot_style(STYLE.read_text(encoding="utf-8")), encoding="utf-8")
