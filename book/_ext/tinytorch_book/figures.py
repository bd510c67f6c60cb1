"""Live figures on pages with no kernel behind them.

A cell that shows a figure of `tinytorch.widgets` (any anywidget with `name`, `caption` and `alt`)
becomes a numbered figure with a caption, a name to refer to, and a text for readers who can't see
it. Its state goes into the page, its module and style sheet into one shared file each, and
`static/runtime.js` brings it to life. A widget that would be dead without a kernel is a warning,
so it fails the build.
"""

import hashlib
import json
import shutil
from collections import ChainMap
from html import escape
from pathlib import Path

from docutils import nodes
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import new_document

logger = logging.getLogger(__name__)

VIEW = "application/vnd.jupyter.widget-view+json"
REFERENCE = "IPY_MODEL_"
BOXES = {"BoxModel": "tt-vbox", "HBoxModel": "tt-hbox", "VBoxModel": "tt-vbox"}
LINKS = {"LinkModel": "both", "DirectionalLinkModel": "one"}
NOT_SHOWN = {"layout", "tabbable", "tooltip"}  # ipywidgets' own traits; names with "_" too
PLACE = (
    '<div class="tt-slot" style="--tt-wide: {wide}px; --tt-stacked: {stacked}px">'
    '<div class="tt-place" data-model="{model}"><p class="tt-alt">{alt}</p>'
    '<noscript><p class="tt-alone">This figure can be moved once JavaScript is on.</p></noscript>'
    "</div></div>"
)


class LiveFigures(SphinxTransform):
    """Replace widget views by figures, and say which widgets can't live on a page."""

    default_priority = 400  # after the parser, before labels and figure numbers are collected

    def apply(self):
        """Turn every widget view of the page into a figure, a box of figures, or a warning."""
        scripts = self.env.nb_metadata[self.env.docname].get("js_files", {})
        _, script = scripts.pop("ipywidgets_state", (None, {"body": '{"state": {}}'}))
        self.models = json.loads(script["body"])["state"]
        self.shown, self.names, self.assets = {}, set(), {}
        for bundle in list(self.document.findall(is_widget_view)):
            view = next(child for child in bundle if child["mime_type"] == VIEW)
            model = json.loads(view.astext().partition(">")[2].rpartition("<")[0])["model_id"]
            bundle.replace_self(self.render(model, bundle))
        if self.shown:
            page = {"models": self.shown, "links": list(self.links())}
            text = json.dumps(page, separators=(",", ":")).replace("</", "<\\/")
            script = f'<script type="application/json" id="tt-page">{text}</script>'
            self.document.append(nodes.raw("", script, format="html"))
            Assets.of(self.env)[self.env.docname] = self.assets

    def render(self, model_id, place):
        """Return the nodes for one model: a figure, or a box and the figures in it."""
        model = self.models.get(model_id)
        if model is None:
            self.warn(place, "a widget was closed before the chapter ended")
            return []
        name, state = model["model_name"], model["state"]
        if name in BOXES:
            children = [child.removeprefix(REFERENCE) for child in state.get("children", [])]
            box = nodes.container(classes=["tt-box", BOXES[name]])
            for child in children:
                box += self.render(child, place)
            return [box]
        if "_esm" in state:
            return [self.figure(model_id, model, place)]
        self.warn(
            place,
            f"{name.removesuffix('Model')} needs a running kernel: on this page it would be dead. "
            "Show a figure of tinytorch.widgets",
        )
        return []

    def figure(self, model_id, model, place):
        """Return the docutils figure of one live figure."""
        state = model["state"]
        kind = state["_anywidget_id"].rpartition(".")[2].lower()
        for trait in ("name", "caption", "alt"):
            if not str(state.get(trait, "")).strip():
                self.warn(place, f"the figure {state.get('name') or kind!r} has no {trait}")
        self.shown[model_id] = {
            "state": {k: v for k, v in state.items() if k[0] != "_" and k not in NOT_SHOWN},
            "module": self.asset(state["_esm"], "js"),
        }
        if buffers := model.get("buffers"):
            self.shown[model_id]["buffers"] = buffers
        if style := state.get("_css"):
            self.asset(style, "css")
        wide, stacked = state.get("space") or (0, 0)
        alt = escape(state.get("alt", ""))
        html = PLACE.format(model=model_id, wide=wide, stacked=stacked, alt=alt)
        figure = nodes.figure("", nodes.raw("", html, format="html"), classes=["tt-live"])
        figure.source, figure.line = place.source, place.line
        figure += self.caption(state.get("caption", ""))
        if name := nodes.fully_normalize_name(state.get("name", "")):
            if name in self.names:
                self.warn(place, f"two figures are named {name!r}")
            else:
                self.names.add(name)
                figure["names"].append(name)
                self.document.note_explicit_target(figure, figure)
        return figure

    def caption(self, text):
        """Return the caption, and the legend when it has more than one paragraph."""
        part = new_document(self.document["source"], self.document.settings)
        parser = create_md_parser(self.env.myst_config, SphinxRenderer)
        parser.options["document"] = part
        parser.render(text)
        if not part.children:
            return []
        first, *others = part.children
        caption = nodes.caption("", "", *first.children)
        return [caption, nodes.legend("", *others)] if others else [caption]

    def asset(self, text, kind):
        """Note a file that pages share, and return its name."""
        name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.{kind}"
        self.assets[name] = text
        return name

    def links(self):
        """Yield the links between the figures of the page (jslink, jsdlink)."""
        for model in self.models.values():
            if direction := LINKS.get(model["model_name"]):
                ends = [model["state"][end] for end in ("source", "target")]
                ends = [(ref.removeprefix(REFERENCE), trait) for ref, trait in ends]
                if all(ref in self.shown for ref, _ in ends):
                    yield [*ends, direction]

    def warn(self, place, text):
        """Name the page and the cell in a warning, which fails the build."""
        logger.warning(text, location=place, type="tinytorch", subtype="figure")


class Assets(EnvironmentCollector):
    """Each page's modules and style sheets, kept with Sphinx's own record of the page."""

    @staticmethod
    def of(env):
        """Return the record: page, then file name, then text."""
        if not hasattr(env, "tinytorch_assets"):
            env.tinytorch_assets = {}
        return env.tinytorch_assets

    def clear_doc(self, app, env, docname):
        """Forget a page that is read anew."""
        self.of(env).pop(docname, None)

    def merge_other(self, app, env, docnames, other):
        """Take over the pages that another process has read."""
        self.of(env).update({k: v for k, v in self.of(other).items() if k in docnames})

    def process_doc(self, app, doctree):
        """Do nothing: the transform has already noted what the page needs."""


def is_widget_view(node):
    """Say whether a node holds the representations of a widget."""
    return (
        isinstance(node, nodes.container)
        and node.get("nb_element") == "mime_bundle"
        and any(child.get("mime_type") == VIEW for child in node)
    )


def load_assets(app, pagename, templatename, context, doctree):
    """Let a page with figures load the runtime, its modules and its style sheets."""
    assets = Assets.of(app.env).get(pagename)
    if not assets:
        return
    for name in sorted(assets):
        if name.endswith(".css"):
            app.add_css_file(f"figures/{name}")
        else:
            app.add_js_file(f"figures/{name}", loading_method="defer", priority=300)
    app.add_js_file("runtime.js", loading_method="defer", priority=300)  # before MathJax


def write_assets(app, error):
    """Write the shared files. A module travels as text: pages opened from disk can't import one."""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / "figures"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in ChainMap(*Assets.of(app.env).values()).items():
        if name.endswith(".js"):
            text = f"(self.ttModules ??= {{}})[{json.dumps(name)}] = {json.dumps(text)};\n"
        (folder / name).write_text(text, encoding="utf8")


def setup(app):
    """Register the transform, the record and the two steps that use it."""
    app.add_transform(LiveFigures)
    app.add_env_collector(Assets)
    app.connect("html-page-context", load_assets)
    app.connect("build-finished", write_assets)
