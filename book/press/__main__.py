"""The book to carry: `python book/press pdf`, `epub`, `zip`, `pictures`.

Each takes the site that `jupyter-book build .` has left in `_build/html`:

- `pdf` prints all chapters into one document, `_build/tinytorch.pdf`;
- `epub` makes a book for e-readers, `_build/tinytorch.epub`;
- `zip` packs the site, which opens from disk, into `_build/tinytorch-site.zip`;
- `pictures` puts a picture of each chapter's first figure into the site, for links to it.

All but `zip` draw the figures in the Chromium, Chrome or Edge that is installed, and need
`pip install -e ".[press]"`.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAYS = {"pdf": "tinytorch.pdf", "epub": "tinytorch.epub", "zip": "tinytorch-site.zip"}


def main(argv=None):
    """Run one of the commands."""
    parser = argparse.ArgumentParser(
        prog="python book/press",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=[*WAYS, "pictures"])
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html", metavar="DIR")
    parser.add_argument("--output", type=Path, metavar="FILE", help="instead of _build/NAME")
    args = parser.parse_args(argv)
    site = args.site.resolve()
    if not (site / "searchindex.js").is_file():
        sys.exit(f"{site} holds no built book: run `jupyter-book build .` first")
    output = args.output or site.parent / WAYS.get(args.what, "")
    try:
        if args.what == "zip":
            from archive import pack

            made = pack(site, output)
        elif args.what == "pdf":
            from pdf import make

            made = make(site, output)
        elif args.what == "epub":
            from epub import make

            made = make(site, output)
        else:
            from pictures import make

            made = make(site)
    except ModuleNotFoundError as error:
        sys.exit(f'{error.name} is missing: pip install -e ".[press]"')
    print(made)


if __name__ == "__main__":
    main()
