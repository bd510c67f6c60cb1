"""The site in one file: unpacked, it opens from disk."""

import zipfile
from pathlib import Path

NAME = "tinytorch"  # the folder that unpacking makes
STAMP = (2026, 1, 1, 0, 0, 0)  # the same site packs to the same bytes


def pack(site, output):
    """Pack a built site; return what was made in words."""
    files = sorted(path for path in Path(site).rglob("*") if path.is_file())
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files:
            if path.name == ".buildinfo":
                continue
            name = f"{NAME}/{path.relative_to(site).as_posix()}"
            entry = zipfile.ZipInfo(name, date_time=STAMP)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return f"{output}: {output.stat().st_size / 1e6:.1f} MB, {len(files)} files"
