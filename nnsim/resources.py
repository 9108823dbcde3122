"""Finds what is not code (icons, examples, schema, style sheet) in a checkout and in an installed package."""

from functools import cache
from pathlib import Path, PurePosixPath

_PACKAGE = Path(__file__).resolve().parent


@cache
def root() -> Path:
    """The folder `resources/`: inside the installed package, or beside it in a checkout.

    An editable install runs the package from the checkout, so both have the same answer there.
    """
    candidates = (_PACKAGE / "_resources", _PACKAGE.parent / "resources")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    looked = " nor ".join(str(candidate) for candidate in candidates)
    raise FileNotFoundError(
        f"nnsim's resources are missing: there is neither {looked}. "
        "Install nnsim again, or run it from a complete checkout."
    )


def resource(name: str) -> Path:
    """The file or folder called `name` inside `resources/`, such as `resource("examples/xor.nnsim")`.

    `name` is written with forward slashes on every system and never leaves the folder. A name that does not
    exist raises FileNotFoundError, which says what there is instead.
    """
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
        raise ValueError(f"{name!r} is no name inside resources/: write it like 'examples/xor.nnsim'")
    path = root().joinpath(*parts.parts)
    if path.exists():
        return path
    folder = path.parent
    while not folder.is_dir():
        folder = folder.parent
    present = ", ".join(sorted(entry.name for entry in folder.iterdir())) or "nothing"
    where = folder.relative_to(root()).as_posix()
    inside = "resources" if where == "." else f"resources/{where}"
    raise FileNotFoundError(f"there is no resource {name!r}; {inside}/ holds {present}")
