"""Pages as plain Markdown, which a notebook shows without any extension.

A page comes as Sphinx has resolved it: links lead somewhere, citations and numbers are words by
then. What Markdown has no sign for is told with what it has: an admonition is a quotation with a
title, what unfolds on the page is a `<details>`.
"""

import re
from textwrap import indent

from docutils import nodes
from sphinx.locale import admonitionlabels

SPECIAL = re.compile(r"([\\`*\[\]<>$~|]|(?<!\w)_|_(?!\w)|&(?=#?\w+;))")
OPENING = re.compile(r"^(\s*)([#+-]|\d+[.)])(?=\s|$)", re.M)  # would begin a list or a heading


def label(node):
    """Return whether a node is the word "Note" that HTML's writer puts into a note."""
    note = isinstance(node.parent, nodes.Admonition) and node.parent.tagname in admonitionlabels
    return note and isinstance(node, nodes.title)


class Writer:
    """Write nodes as Markdown.

    Parameters
    ----------
    address : callable
        The address of the place that a reference leads to.
    equation_number : callable
        The number of a displayed formula.
    """

    def __init__(self, address, equation_number):
        self.address, self.equation_number = address, equation_number

    def write(self, node):
        """Return the Markdown of a node of any kind."""
        for kind in type(node).__mro__:
            if method := getattr(self, f"write_{kind.__name__}", None):
                return method(node)
        raise NotImplementedError(f"{node.source}:{node.line}: no Markdown for {node!r:.80}")

    def blocks(self, parts):
        """Return blocks, an empty line between each two."""
        written = (self.write(part) for part in parts)
        return "\n\n".join(filter(None, written))

    def inline(self, node):
        """Return what stands in a line."""
        return "".join(map(self.write, node.children))

    def nothing(self, node):
        """Leave out what is for the site alone."""
        return ""

    write_target = write_index = write_comment = nothing

    # what stands in a line

    def write_Text(self, node):
        return SPECIAL.sub(r"\\\1", node.astext())

    def write_raw(self, node):
        return node.astext() if "html" in node["format"].split() else ""

    def write_inline(self, node):
        return self.inline(node)

    def write_emphasis(self, node):
        return f"*{self.inline(node)}*"

    def write_strong(self, node):
        return f"**{self.inline(node)}**"

    def write_literal(self, node):
        text = node.astext()
        longest = max(map(len, re.findall("`+", text)), default=0)
        fence, pad = "`" * (longest + 1), " " if longest else ""
        return f"{fence}{pad}{text}{pad}{fence}"

    def write_math(self, node):
        return f"${node.astext().strip()}$"

    def write_reference(self, node):
        return f"[{self.inline(node)}]({self.address(node)})"

    # blocks

    def write_paragraph(self, node):
        return OPENING.sub(r"\1\\\2", self.inline(node))

    def write_title(self, node):
        return self.inline(node)

    def write_rubric(self, node):
        return f"**{self.inline(node)}**"

    def write_math_block(self, node):
        text, number = node.astext().strip(), self.equation_number(node)
        if "\\\\" in text and "\\begin{" not in text:
            text = f"\\begin{{aligned}}\n{text}\n\\end{{aligned}}"
        if number:
            text += f" \\tag{{{number}}}"
        # without the starred environment, jupyterlab-myst adds a number of its own
        return f"$$\n\\begin{{equation*}}\n{text}\n\\end{{equation*}}\n$$"

    def write_literal_block(self, node):
        text = node.astext().rstrip("\n")
        fence = max(["``", *re.findall("^`{3,}", text, re.M)], key=len) + "`"
        return f"{fence}{node.get('language', '')}\n{text}\n{fence}"

    def write_block_quote(self, node):
        return quoted(self.blocks(node.children))

    def write_bullet_list(self, node):
        return "\n".join(hung("- ", self.blocks(item.children)) for item in node.children)

    def write_enumerated_list(self, node):
        first = node.get("start", 1)
        items = enumerate(node.children, first)
        return "\n".join(hung(f"{i}. ", self.blocks(item.children)) for i, item in items)

    def write_definition_list(self, node):
        return self.blocks(node.children)

    def write_definition_list_item(self, node):
        *terms, definition = node.children
        names = ", ".join(f"**{self.inline(term)}**" for term in terms)
        return f"{names}\n\n{self.blocks(definition.children)}"

    def write_citation(self, node):
        label, *text = node.children
        return f"\\[{self.inline(label)}\\] {self.blocks(text)}"

    def write_table(self, node):
        rows = [[self.cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        rows.insert(1, ["---"] * len(rows[0]))
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def cell(self, entry):
        """Return a table's cell: one line, in which a bar would end it."""
        text = "<br>".join(self.write(part) for part in entry.children).replace("\n", " ")
        return re.sub(r"(?<!\\)\|", r"\\|", text)

    def write_admonition(self, node):
        title, *body = node.children
        return quoted(f"**{self.inline(title)}**\n\n{self.blocks(body)}")

    def write_Admonition(self, node):  # a note, a warning and their kind
        title = admonitionlabels[node.tagname]
        body = [child for child in node.children if not label(child)]
        return quoted(f"**{title}**\n\n{self.blocks(body)}")

    def write_container(self, node):
        if node.get("design_component") != "dropdown":
            return self.blocks(node.children)
        title, *body = node.children if node["has_title"] else [nodes.Text("More"), *node.children]
        return folded(self.inline(title), self.blocks(body))

    def write_dropdown_main(self, node):  # a dropdown, once resolved for the site
        title, body = node.children
        words = next(part for part in title.children if "sd-summary-text" in part["classes"])
        return folded(self.inline(words), self.blocks(body.children))


def quoted(text):
    """Return a block as a quotation."""
    return indent(text, "> ", lambda line: True).replace("> \n", ">\n")


def hung(mark, text):
    """Return an item of a list behind its mark."""
    return mark + indent(text, " " * len(mark)).lstrip(" ")


def folded(title, text):
    """Return a block that unfolds, under its title."""
    title = re.sub(r"(?<!\\)`([^`]*)`", r"<code>\1</code>", title)
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
