"""A self-contained site, launch links that follow the repository, and a strict build."""

import os
import re
import subprocess
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.fileutil import copy_asset

HERE = Path(__file__).parent
BUILDERS = ("html", "linkcheck", "notebooks", "colab")
MATHJAX = "mathjax/tex-chtml.js"
WIDEST_TABLE = 80  # characters; a longer printed line is a sentence
PUNCTUATED = re.compile(
    r'\(<span class="math notranslate nohighlight">[^<]*</span>[,.;:!?)’]*'
    r'|<span class="math notranslate nohighlight">[^<]*</span>[,.;:!?)’]+'
)


def refuse(app):
    """End in a sentence where Sphinx would make a book without figures or formulas, or fail."""
    if app.builder.name not in BUILDERS:
        print(
            f"\nThe builder {app.builder.name} can't make this book: its figures and formulas are "
            "drawn in a browser.\nBuild the site with `jupyter-book build .`; then `python "
            "book/press pdf`, `epub` or `zip` makes what you can carry.",
            flush=True,
        )
        raise SystemExit(2)


def repository(srcdir, fallback):
    """Return the address of the repository that the site is built from."""
    if name := os.environ.get("GITHUB_REPOSITORY"):
        return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"
    git = ["git", "-C", str(srcdir), "config", "--get", "remote.origin.url"]
    try:
        remote = subprocess.run(git, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:  # no git on this machine
        remote = ""
    at_host = re.fullmatch(
        r"(?:https?://(?:[^@/]+@)?|(?:ssh://)?git@)((?:github|gitlab)\.com)[:/](.+?)(?:\.git)?/?",
        remote,
    )
    return "https://{}/{}".format(*at_host.groups()) if at_host else fallback


def configure(app, config):
    """Point every address of the site at the site itself."""
    config.html_static_path.append(str(HERE / "static"))
    config.templates_path.append(str(HERE / "templates"))
    palette = files("tinytorch.widgets.frame").joinpath("palette.css")
    config.html_static_path.append(str(palette))
    config.html_css_files += [palette.name, "book.css", "fit.css", "print.css"]
    config.mathjax_path = MATHJAX
    config.mathjax3_config = {"options": {"enableMenu": False}}  # each formula would be a tab stop
    config.nb_ipywidgets_js = {}
    options = config.html_theme_options
    options["repository_url"] = repository(app.srcdir, options["repository_url"])


def name_messages(app, doctree):
    """Tell printed messages, which a phone should wrap, from tables, which it should not."""
    for output in doctree.findall(nodes.literal_block):
        widest = max(map(len, output.astext().splitlines()), default=0)
        if "stream" in output["classes"] and widest > WIDEST_TABLE:
            output["classes"].append("tt-sentence")


def improve_body(app, pagename, templatename, context, doctree):
    """Name hidden cells by their own words, and keep punctuation with the formula before it.

    The entries of the bibliography are items of its list: Docutils gives them a role that ARIA has
    withdrawn.
    """
    if body := context.get("body"):
        body = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
        body = body.replace('role="doc-biblioentry"', 'role="listitem"')
        context["body"] = PUNCTUATED.sub(r'<span class="tt-together">\g<0></span>', body)


def search_from_disk(app, pagename, templatename, context, doctree):
    """Let the search page opened from disk show no excerpts: it may not read other pages."""
    if pagename == "search":
        setting = "DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY &&= location.protocol !== 'file:';"
        app.add_js_file(None, body=setting)


def print_in_light(app, pagename, templatename, context, doctree):
    """Let a page that is read in the dark be printed as ink on paper."""
    app.add_js_file(
        None,
        body="""(() => {
  const root = document.documentElement.dataset;
  let theme;
  addEventListener("beforeprint", () => ([theme, root.theme] = [root.theme, "light"]));
  addEventListener("afterprint", () => (root.theme = theme));
})();""",
    )


class Index(SphinxTransform):
    """Enter the classes that label a page into the index, as code."""

    default_priority = 800  # before Sphinx collects the entries

    def apply(self):
        """Put the entries under the title, with the page's own anchor."""
        source = Path(self.document["source"]).read_text(encoding="utf8")
        classes = re.findall(r"^\((\w+Backward)\)=$", source, re.M)
        if classes:
            section = next(self.document.findall(nodes.section))
            entries = [("single", name, section["ids"][0], "main", None) for name in classes]
            # not above it: Sphinx takes a section's first child for the page's title
            section.insert(1, addnodes.index(entries=entries))


def copy_mathjax(app, error):
    """Copy MathJax beside the pages: one bundle, its fonts, the extensions it may load."""
    if error or app.builder.format != "html":
        return
    source = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in ("tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions"):
        place = target / part
        place.parent.mkdir(parents=True, exist_ok=True)
        copy_asset(str(source / part), str(place if (source / part).is_dir() else place.parent))


def forget_failed_build(app, error):
    """Read every page again after a build with warnings, or the next would be silent about them."""
    if app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def setup(app):
    """Register the settings, and make any warning fail the build, also without `-W`."""
    if not app.warningiserror:
        app.keep_going = True
    app.add_transform(Index)
    app.connect("builder-inited", refuse, priority=0)
    app.connect("config-inited", configure, priority=100)
    app.connect("doctree-read", name_messages)
    app.connect("html-page-context", improve_body)
    app.connect("html-page-context", search_from_disk)
    app.connect("html-page-context", print_in_light)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", forget_failed_build)
