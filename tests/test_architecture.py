"""The house of `tinytorch/core`: its rooms, and which may import which.

    python tests/test_architecture.py

prints the levels, the imports between modules, those that go up, the circles, and the way from a
product to its gradient.
"""

import ast
import gc
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tinytorch"

# From the ground up; a room imports rooms that stand above it in this list, and itself.
ROOMS = {
    "generator left_out": "where random numbers come from, and names that are refused",
    "engine": "records operations, runs the backward pass over them, and knows none of them",
    "operations": "formula, rule, public function and Tensor methods, topic by topic",
    "interop device conversions missing printing values": "arrays, dtypes, devices",
    "tensor": "Tensor, put together from all of these",
    "construction promotion random variable typed settings linalg": "making tensors",
    "module_hooks parts module containers": "what holds parameters",
    "gradients": "derivatives, checks, checkpointing and pictures of the graph",
    "initializers softmax activations thresholds": "where weights start, and what bends",
    "datasets samplers dataloader tokenizers": "parts of training",
    "layers embeddings normalization group_normalization distances bilinear noise losses spatial": (
        "rule, module"
    ),
    "layer_functions": "layers by the names of the top module",
    "packing recurrent attention encoder decoder transformer lazy reparametrization vectors": (
        "layers made of layers"
    ),
    "distributions optimizers training": "learning",
    "autograd": "the face of them all: every rule by name",
}
ORDER = {name: level for level, names in enumerate(ROOMS) for name in names.split()}


@cache
def modules():
    """Every module of `tinytorch.core` by name, with its syntax tree."""
    found = {}
    for path in sorted((PACKAGE / "core").rglob("*.py")):
        parts = path.relative_to(PACKAGE / "core").with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path.name == "__init__.py", ast.parse(path.read_text(encoding="utf8"))
    return found


@cache
def imports():
    """For each module the modules of `core` that it imports, at any place in it."""
    found = defaultdict(set)
    for name, (is_folder, tree) in modules().items():
        package = name.split(".") if is_folder else name.split(".")[:-1]
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            base = package[: len(package) - node.level + 1]
            module = ".".join([*filter(None, base), *filter(None, [node.module])])
            for alias in node.names:
                full = f"{module}.{alias.name}".strip(".")
                target = full if full in modules() else module
                if target and target != name:
                    assert target in modules(), f"{name} imports {target}, which is not in core"
                    found[name].add(target)
    return found


def room(module):
    """The room of a module: the folder of `core` it is in, or itself."""
    return module.split(".")[0]


def upward():
    """Imports of a room that stands below in the list."""
    return sorted(
        (name, target)
        for name, targets in imports().items()
        for target in targets
        if ORDER[room(target)] > ORDER[room(name)]
    )


def circles():
    """Modules that import each other, directly or through others."""
    reached = {name: set(targets) for name, targets in imports().items()}
    grown = True
    while grown:
        grown = False
        for targets in reached.values():
            further = set().union(*(reached.get(t, ()) for t in targets)) - targets
            grown = grown or bool(further)
            targets |= further
    return sorted(name for name, targets in reached.items() if name in targets)


def levels():
    """How many rooms stand on each other: the longest way down, by rooms."""
    down = defaultdict(set)
    for name, targets in imports().items():
        level = ORDER[room(name)]
        down[level] |= {ORDER[room(target)] for target in targets} - {level}

    def height(level):
        return 1 + max(map(height, down[level]), default=0)

    return max(map(height, list(down)))


def way_of_a_gradient():
    """What runs from `a * b` to `a.grad`: each function of `core` once, in order.

    A list of (module, function, its first line, its lines).
    """
    import tinytorch as tt
    from tinytorch.core.engine import versions

    versions.borrowed.clear()  # what tests before this one have lent asks for checksums
    a, b = (tt.tensor(values, requires_grad=True) for values in ([2.0, 3.0], [4.0, 5.0]))
    g, found = tt.ones(2), {}

    def note(frame, event, _):
        code = frame.f_code
        if event == "call" and code.co_name[0] != "<" and "core" in Path(code.co_filename).parts:
            last = max(line for *_, line in code.co_lines() if line)
            name = Path(code.co_filename).relative_to(PACKAGE / "core").as_posix()
            found.setdefault((name, code.co_qualname, code.co_firstlineno, last))

    before = sys.getprofile()
    gc.collect()  # what other tests left behind is not on this way
    gc.disable()
    sys.setprofile(note)
    try:
        (a * b).backward(g)
        a.grad  # noqa: B018 (a property)
    finally:
        sys.setprofile(before)
        gc.enable()
    return [(name, what, first, last - first + 1) for name, what, first, last in found]


def test_from_a_product_to_its_gradient_there_are_five_files():
    """Beside them, three are asked for one thing each: the mode, what changed, a new Tensor."""
    way = way_of_a_gradient()
    asked = {"engine/base.py", "engine/modes.py", "engine/versions.py"}
    assert all(lines <= 8 for name, _, _, lines in way if name in asked)
    files = {name for name, *_ in way} - asked
    assert len(files) == 5
    assert sum(len((PACKAGE / "core" / f).read_text("utf8").splitlines()) for f in files) <= 700


def test_every_module_has_a_room():
    assert {room(name) for name in modules() if name} == ORDER.keys()


def test_imports_go_down():
    assert upward() == []


def test_there_is_no_circle():
    assert circles() == []


def test_imports_stand_above_the_first_definition():
    late = []
    for name, (_, tree) in modules().items():
        defined = False
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                defined = True
            elif defined and isinstance(node, (ast.Import, ast.ImportFrom)):
                late.append(f"{name}:{node.lineno}")
    assert late == []


def test_no_code_is_made_of_text_and_no_module_is_found_behind_the_scenes():
    """No exec, no eval, no look into sys.modules, no module that makes up its names."""
    tricks = []
    for name, (_, tree) in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("exec", "eval"):
                tricks.append(f"{name}:{node.lineno}: {node.func.id}")
            if isinstance(node, ast.Attribute) and node.attr in ("modules", "import_module"):
                if getattr(node.value, "id", "") in ("sys", "importlib"):
                    tricks.append(f"{name}:{node.lineno}: {node.attr}")
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
                tricks.append(f"{name}:{node.lineno}: __getattr__")
    assert tricks == []


def test_a_module_fits_in_a_head():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (PACKAGE / "core").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf8").splitlines())) > 405
    }
    assert long == {}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    pairs = {(room(name), room(to)) for name, targets in imports().items() for to in targets}
    between = sum(a != b for a, b in pairs)
    print(f"{len(modules())} modules in {len(ORDER)} rooms on {levels()} levels")
    print(f"imports: {between} from room to room, {sum(map(len, imports().values()))} in all")
    print(f"upward imports: {len(upward())}", *upward(), sep="\n  ")
    print(f"circles: {len(circles())}", *circles(), sep="\n  ")
    print("from a * b to a.grad:")
    for name, what, first, lines in way_of_a_gradient():
        print(f"  {name}:{first}  {what.replace('.<locals>', '')}, {lines} lines")
    sys.exit(bool(upward() or circles()))
