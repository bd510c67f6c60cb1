"""Functions made of other operations: as rows of the table, held against PyTorch alone."""

from dataclasses import dataclass

import numpy as np

import tinytorch as tt

from .row import case

_rng = np.random.default_rng(11)  # one of its own: a row more here moves no other

CLASSES = np.array([0, 2, 1, 2])
IGNORED = np.array([0, -100, 1, -100])
WEIGHTS = np.array([1.0, 2.0, 0.5])
LABELS = np.array([[0, 2, -1], [-1, 1, 2], [1, 1, 0], [2, 1, 0]])  # right ones, up to the first -1
ROWS = np.array([[0, 2, 4], [4, 1, 4]])
MASK = np.array([[True, False, True, False]] * 3)
TRUE, FALSE = np.array(True), np.array(False)
IMAGES = 2, 3, 5, 6


@dataclass(frozen=True)
class Composition:
    """A function without a rule of its own: its name, how it is called, and inputs for it."""

    name: str
    call: callable
    cases: tuple


def positive(*shape):
    return np.asarray(_rng.uniform(0.3, 2.0, shape))


def normal(*shape):
    """Numbers of both signs, none of them near 0."""
    return positive(*shape) * _rng.choice([-1.0, 1.0], shape)


def probability(*shape):
    return np.asarray(_rng.uniform(0.1, 0.9, shape))


def like(t, x, values):
    """Constant `values` as a tensor of the library, integers as such and floats as x has them."""
    z = t.tensor(values)
    return z.to(x.dtype) if values.dtype.kind == "f" else z


def drawn(shapes):
    return tuple(normal(*shape) if isinstance(shape, tuple) else shape for shape in shapes)


def functional(name, *shapes, label="", **options):
    """A row for `nn.functional.name`; an array among the shapes is an input as it stands."""

    def call(t, *inputs):
        return getattr(t.nn.functional, name)(*inputs, **options)

    return Composition(f"{name}{label and ', '}{label}", call, (case(*drawn(shapes)),))


def classes(name, target, label="", weighted=False, **options):
    def call(t, x):
        more = {"weight": like(t, x, WEIGHTS)} if weighted else {}
        return getattr(t.nn.functional, name)(x, like(t, x, target), **options, **more)

    return Composition(f"{name}{label and ', '}{label}", call, (case(normal(4, 3)),))


def method(name, *shapes, label="", args=(), **options):
    """A row for the method `name` of a tensor."""

    def call(t, x, *inputs):
        z = getattr(x, name)(*inputs, *args, **options)
        return z if hasattr(z, "dtype") else z[0]

    return Composition(f"{name}{label and ', '}{label}", call, (case(*drawn(shapes)),))


def written(name, call, *shapes):
    return Composition(name, call, (case(*drawn(shapes)),))


def in_place(text, change, *shapes):
    def call(t, x, *inputs):
        y = x * 1
        change(y, *inputs)
        return y

    return written(f"in place: {text}", call, *shapes)


def put(y, index, value):
    y[index] = value


def index(y, places):
    """Integers as a tensor of the library of y."""
    return y.detach().new_tensor(places, dtype=y.argmax().dtype)


ELEMENTWISE = (
    *(method(name, (3, 4)) for name in "sign floor ceil round trunc square".split()),
    *(method(name, positive(3, 4)) for name in "log2 log10 rsqrt reciprocal".split()),
    method("tan", probability(3, 4)),
    method("expm1", (3, 4)),
    method("log1p", positive(3, 4)),
    written("lerp", lambda t, x, y: t.lerp(x, y, 0.3), (3, 4), (4,)),
    written("lerp by a tensor", lambda t, x, y, w: t.lerp(x, y, w), (3, 4), (4,), (3, 4)),
    method("median", (3, 4)),
    method("median", (3, 4), label="dim", args=(1,)),
    method("cumprod", (3, 4), args=(1,)),
    method("nan_to_num", (3, 4), nan=1.0, posinf=2.0),
    written("clamp, tensors", lambda t, x, a: t.clamp(x, min=a), (3, 4), -positive(4)),
    written("std_mean", lambda t, x: sum(t.std_mean(x, 1)), (3, 4)),
    written("var_mean", lambda t, x: sum(t.var_mean(x)), (3, 4)),
    method("round", (3, 4), label="decimals", decimals=1),
    *(
        written(
            f"div, {mode}",
            lambda t, x, mode=mode: t.div(x, 0.7, rounding_mode=mode),
            (3, 4),
        )
        for mode in ("floor", "trunc")
    ),
    method("remainder", (3, 4), (4,)),
    method("remainder", (3, 4), label="by a number", args=(0.7,)),
    written(
        "floor_divide",
        lambda t, x: x // 0.7 if t is tt else t.div(x, 0.7, rounding_mode="floor"),
        (3, 4),
    ),
    method("clamp", (3, 4), min=-0.5),
    method("where", (3, 4), MASK, (4,)),
    method("masked_select", (3, 4), MASK),
    written("where in a where", lambda t, x: t.where(x > 0, t.where(x > 1, x, 2 * x), -x), (3, 4)),
    method("type_as", (3, 4), (1,)),
)
SIGNED = (
    method("fmod", (3, 4), (4,)),
    method("fmod", (3, 4), label="by a number", args=(-0.7,)),
    method("frac", (3, 4)),
    method("lerp", (3, 4), (4,), args=(0.3,)),
    method("moveaxis", (2, 3, 4), args=(0, -1)),
    method("swapdims", (3, 4), args=(0, 1)),
    method("fmax", (3, 4), (4,)),
    method("fmin", (3, 4), (4,)),
    method("copysign", (3, 4), (4,)),
    method("copysign", (3, 4), label="of a number", args=(-1.0,)),
    method("positive", (3, 4)),
    method("sgn", (3, 4)),
    method("clamp_min", (3, 4), args=(-0.5,)),
    method("clamp_max", (3, 4), args=(0.5,)),
    method("ldexp", (3, 4), (4,)),
    method("logaddexp2", (3, 4), (4,)),
    method("logaddexp", (3, 4), (4,)),
    method("float_power", positive(3, 4), args=(1.5,)),
    written("rsub", lambda t, x, y: t.rsub(x, y, alpha=0.5), (3, 4), (4,)),
    method("unfold", (3, 7), args=(1, 3, 2)),
    method("sum_to_size", (3, 4), args=(1, 4)),
    method("adjoint", (3, 4)),
    written("as_strided", lambda t, x: x.contiguous().as_strided((2, 3), (2, 1), 1), (3, 4)),
    written("ravel", lambda t, x: t.ravel(x), (3, 4)),
    written("clone", lambda t, x: t.clone(x), (3, 4)),
)
TO = np.array([[0, 2, 2], [1, 0, 0]])  # along an axis of 3; the first row of a column twice
REDUCED = ("sum", "prod", "mean", "amax", "amin")
REPLACED = (
    method("select_scatter", (3, 4), (4,), args=(0, 1)),
    method("slice_scatter", (3, 4), (3, 2), args=(1, 0, 4, 2)),
    method("diagonal_scatter", (3, 4), (3,), args=(1,)),
    method("diagonal_scatter", (2, 3, 4), (2, 3), label="axes", args=(0, 1, 2)),
    written("index_copy", lambda t, x, y: x.index_copy(1, t.tensor([2, 0]), y), (3, 4), (3, 2)),
    written(
        "index_put",
        lambda t, x, y: x.index_put((t.tensor([0, 2]), t.tensor([1, 3])), y),
        (3, 4),
        (2,),
    ),
    written(
        "index_put, accumulated",
        lambda t, x, y: t.index_put(x, (t.tensor([2, 2, 0]),), y, accumulate=True),
        *((3, 4), (3, 4)),
    ),
    written("put", lambda t, x, y: x.put(t.tensor([[1, 7]]), y), (3, 4), (2,)),
    written("put, accumulated", lambda t, x, y: x.put(t.tensor([1, 1, -1]), y, True), (3, 4), (3,)),
    written("masked_scatter", lambda t, x, y: x.masked_scatter(t.tensor(MASK), y), (3, 4), (3, 4)),
    method("diagflat", (2, 3), args=(-1,)),
    *(
        written(
            f"scatter_reduce, {how}{'' if own else ', without its own'}",
            lambda t, x, y, how=how, own=own: x.scatter_reduce(
                1, t.tensor(TO), y, how, include_self=own
            ),
            *((2, 4), (2, 3)),
        )
        for how in REDUCED
        for own in (True, False)
    ),
    method("msort", (4, 3)),
    method("mode", (3, 4)),
    method("mode", (3, 4), label="dim", args=(0, True)),
    method("nanmedian", (3, 4)),
    method("nanmedian", (3, 4), label="dim", args=(1,)),
    method("renorm", (3, 4), args=(2, 0, 1.5)),
    written("trapezoid", lambda t, y: t.trapezoid(y, dx=0.5), (3, 4)),
    written("trapezoid, places", lambda t, y, x: t.trapezoid(y, x, dim=0), (3, 4), (3,)),
    written("trapz, all places", lambda t, y, x: t.trapz(y, x), (3, 4), (3, 4)),
    written("cumulative_trapezoid", lambda t, y: t.cumulative_trapezoid(y, dim=0), (3, 4)),
)
STACKED = (
    *(
        written(f"atleast_{n}d", lambda t, x, n=n: getattr(t, f"atleast_{n}d")(x), (3,))
        for n in (1, 2, 3)
    ),
    written("atleast_3d, matrix", lambda t, x: t.atleast_3d(x), (3, 4)),
    written("column_stack", lambda t, x, y: t.column_stack((x, y)), (3,), (3, 2)),
    written("row_stack", lambda t, x, y: t.row_stack((x, y)), (3,), (2, 3)),
    written("dstack", lambda t, x, y: t.dstack((x, y)), (3,), (3,)),
    written("broadcast_tensors", lambda t, x, y: t.broadcast_tensors(x, y)[1], (3, 1), (4,)),
    *(method(f"{name}split", (4, 2, 6), args=(2,)) for name in "hvd"),
    method("hsplit", (4, 6), label="places", args=([1, 4],)),
    method("split_with_sizes", (3, 5), args=([2, 3], 1)),
)
PRODUCTS = (
    method("mm", (2, 3), (3, 4)),
    method("bmm", (2, 2, 3), (2, 3, 2)),
    method("mv", (2, 3), (3,)),
    method("dot", (3,), (3,)),
    method("outer", (3,), (2,)),
    method("addmm", (2, 4), (2, 3), (3, 4), beta=0.5, alpha=2),
    *(
        method("norm", (3, 4), label=f"p {p}, dim {dim}", args=(p, dim))
        for p in (1, 2, 3, 0.5, 0, np.inf, -np.inf)
        for dim in (None, 1)
    ),
)
MOVES = (
    method("sort", (3, 4)),
    method("sort", (3, 4), label="descending", args=(0, True)),
    method("topk", (3, 4), args=(2,)),
    method("flip", (3, 4), args=((0, 1),)),
    method("roll", (3, 4), args=(1, 0)),
    method("roll", (3, 4), label="flat", args=(5,)),
    method("repeat", (3, 4), args=(2, 1)),
    method("tile", (3, 4), args=((2, 1),)),
    method("repeat_interleave", (3, 4), args=(2, 1)),
    method("repeat_interleave", (3, 4), label="flat", args=(2,)),
    method("narrow", (3, 4), args=(1, 1, 2)),
    method("unbind", (3, 4)),
    method("swapaxes", (3, 4), args=(0, 1)),
    method("t", (3, 4)),
    written("mT", lambda t, x: x.mT, (2, 3, 4)),
    written("index_select", lambda t, x: x.index_select(1, t.tensor([0, 2, 0])), (3, 4)),
    method("tril", (3, 3), label="twice", args=(-1,)),
    written("detach in a product", lambda t, x: x * x.detach(), (3, 4)),
    written("stack and unbind", lambda t, x, y: t.stack([x, y], 1).unbind(1)[1], (3, 4), (3, 4)),
)
PLACING = (
    written("scatter", lambda t, x, y: x.scatter(1, t.tensor(TO[:, :2]), y), (2, 4), (2, 2)),
    written("scatter, a number", lambda t, x: t.scatter(x, 1, t.tensor(TO), 2.5), (2, 4)),
    written("scatter_add", lambda t, x, y: x.scatter_add(1, t.tensor(TO), y), (2, 4), (2, 3)),
    written("index_add", lambda t, x, y: x.index_add(0, t.tensor(TO[0]), y), (3, 4), (3, 4)),
    written(
        "index_add, alpha",
        lambda t, x, y: t.index_add(x, 1, t.tensor(TO[0]), y, alpha=0.5),
        *((2, 4), (2, 3)),
    ),
    written("index_fill", lambda t, x: x.index_fill(1, t.tensor([0, 2]), 2.5), (2, 4)),
    *(method("diagonal", (3, 4), label=str(n), args=(n,)) for n in (0, 1, -2)),
    method("diagonal", (2, 3, 4), label="axes", args=(1, 2, 0)),
    method("diag", (3,)),
    method("diag", (3,), label="above", args=(1,)),
    method("diag", (3, 4), label="of a matrix", args=(-1,)),
    method("trace", (3, 4)),
    method("movedim", (2, 3, 4), args=(0, -1)),
    method("movedim", (2, 3, 4), label="several", args=((2, 0), (0, 1))),
    written("broadcast_to", lambda t, x: t.broadcast_to(x, (2, 3)), (3,)),
    written("meshgrid", lambda t, x, y: t.meshgrid(x, y, indexing="ij")[0], (3,), (2,)),
    written("meshgrid, xy", lambda t, x, y: t.meshgrid(x, y, indexing="xy")[1], (3,), (2,)),
    *(method("tensor_split", (5, 2), label=str(n), args=(n,)) for n in (2, [1, 4])),
    written("vstack", lambda t, x, y: t.vstack([x, y]), (2, 3), (3,)),
    written("hstack", lambda t, x, y: t.hstack([x, y]), (2, 3), (2, 1)),
    written("hstack, vectors", lambda t, x, y: t.hstack([x, y]), (2,), (3,)),
)
IN_PLACE = (
    in_place("scatter_", lambda y, a: y.scatter_(1, index(y, TO[:, :2]), a), (2, 4), (2, 2)),
    in_place("scatter_add_", lambda y, a: y.scatter_add_(1, index(y, TO), a), (2, 4), (2, 3)),
    in_place("index_add_", lambda y, a: y.index_add_(0, index(y, TO[0]), a), (3, 4), (3, 4)),
    in_place("index_fill_", lambda y: y.index_fill_(1, index(y, [0, 2]), 2.5), (2, 4)),
    in_place("index_copy_", lambda y, a: y.index_copy_(1, index(y, [2, 0]), a), (2, 4), (2, 2)),
    in_place("+=", lambda y, a: y.add_(a), (3, 4), (4,)),
    in_place("-=", lambda y, a: y.sub_(a), (3, 4), (4,)),
    in_place("*=", lambda y, a: y.mul_(a), (3, 4), (4,)),
    in_place("/=", lambda y, a: y.div_(a), (3, 4), (4,)),
    in_place("pow_", lambda y: y.pow_(2), (3, 4)),
    in_place("clamp_", lambda y: y.clamp_(-1, 1), (3, 4)),
    in_place("exp_", lambda y: y.exp_(), (3, 4)),
    in_place("sigmoid_", lambda y: y.sigmoid_(), (3, 4)),
    in_place("tanh_", lambda y: y.tanh_(), (3, 4)),
    in_place("relu_", lambda y: y.relu_(), (3, 4)),
    in_place("abs_", lambda y: y.abs_(), (3, 4)),
    in_place("sqrt_", lambda y: y.sqrt_(), positive(3, 4)),
    in_place("log_", lambda y: y.log_(), positive(3, 4)),
    in_place("neg_", lambda y: y.neg_(), (3, 4)),
    in_place("floor_", lambda y: y.floor_(), (3, 4)),
    in_place("zero_", lambda y: y.zero_(), (3, 4)),
    in_place("fill_", lambda y: y.fill_(2.5), (3, 4)),
    in_place("copy_", lambda y, a: y.copy_(a), (3, 4), (4,)),
    in_place("masked_fill_", lambda y: y.masked_fill_(y.detach() > 0, 2.5), (3, 4)),
    in_place("addcmul_", lambda y, a, b: y.addcmul_(a, b, value=0.5), (3, 4), (3, 4), (4,)),
    in_place("addcdiv_", lambda y, a, b: y.addcdiv_(a, b, value=0.5), (3, 4), (3, 4), (4,)),
    in_place("lerp_", lambda y, a: y.lerp_(a, 0.3), (3, 4), (3, 4)),
    in_place("remainder_", lambda y: y.remainder_(0.7), (3, 4)),
    *(
        in_place(f"{name}_", lambda y, name=name: getattr(y, f"{name}_")(), (3, 4))
        for name in "sin cos tan sinh atan erf erfc exp2 expm1 sigmoid sinc deg2rad frac "
        "sign sgn trunc fix ceil round square neg negative reciprocal absolute t squeeze".split()
    ),
    *(
        in_place(f"{name}_", lambda y, name=name: getattr(y, f"{name}_")(), probability(3, 4))
        for name in "acos asin rsqrt log2 log10 log1p logit".split()
    ),
    in_place("clamp_min_", lambda y: y.clamp_min_(0.5), (3, 4)),
    in_place("clamp_max_", lambda y: y.clamp_max_(0.5), (3, 4)),
    in_place("tril_", lambda y: y.tril_(), (3, 4)),
    in_place("triu_", lambda y: y.triu_(1), (3, 4)),
    in_place("cumsum_", lambda y: y.cumsum_(1), (3, 4)),
    in_place("cumprod_", lambda y: y.cumprod_(1), (3, 4)),
    in_place("fmod_", lambda y: y.fmod_(0.7), (3, 4)),
    in_place("atan2_", lambda y, a: y.atan2_(a), (3, 4), (4,)),
    in_place("hypot_", lambda y, a: y.hypot_(a), (3, 4), (4,)),
    in_place("copysign_", lambda y, a: y.copysign_(a), (3, 4), (4,)),
    in_place("xlogy_", lambda y, a: y.xlogy_(a), (3, 4), positive(4)),
    in_place("gt_", lambda y, a: y.gt_(a), (3, 4), (4,)),
    in_place("fill_diagonal_", lambda y: y.fill_diagonal_(2.5), (4, 3)),
    in_place("masked_scatter_", lambda y, a: y.masked_scatter_(y.detach() > 0, a), (3, 4), (3, 4)),
    in_place("index_put_", lambda y, a: y.index_put_((index(y, [2, 0]),), a), (3, 4), (2, 4)),
    in_place("unsqueeze_", lambda y: y.unsqueeze_(1), (3, 4)),
    in_place("transpose_", lambda y: y.transpose_(0, 1), (3, 4)),
    in_place("addmm_", lambda y, a, b: y.addmm_(a, b), (2, 4), (2, 3), (3, 4)),
    in_place("y[1] = a", lambda y, a: put(y, 1, a), (3, 4), (4,)),
    in_place("y[:, [0, 2]] = a", lambda y, a: put(y, (slice(None), [0, 2]), a), (3, 4), (3, 1)),
    in_place("y[y > 0] = 2", lambda y: put(y, y > 0, 2.0), (3, 4)),
    in_place("y[0] += a", lambda y, a: put(y, 0, y[0] + a), (3, 4), (4,)),
)
ACTIVATIONS = (
    *(
        functional(name, (3, 4))
        for name in (
            *("elu", "celu", "selu", "relu6", "hardtanh", "hardsigmoid"),
            *("mish", "softsign", "logsigmoid", "glu", "normalize"),
        )
    ),
    functional("hardswish", -2 * probability(3, 4)),
    functional("hardtanh", (3, 4), label="wide", min_val=-2.0, max_val=0.5),
    functional("elu", (3, 4), label="alpha", alpha=0.4),
    functional("prelu", (3, 4), (4,)),
    functional("softmin", (3, 4), dim=1),
    functional("threshold", (3, 4), threshold=0.5, value=-2.0),
    *(functional(name, (3, 4)) for name in ("hardshrink", "softshrink", "tanhshrink", "rrelu")),
    functional("hardshrink", (3, 4), label="wide", lambd=1.0),
    functional("softshrink", (3, 4), label="of nothing", lambd=0.0),
    functional("normalize", (3, 4), label="p 1", p=1.0, dim=0),
    functional("cosine_similarity", (3, 4), (3, 4)),
    functional("pairwise_distance", (3, 4), (3, 4)),
    functional("pairwise_distance", (3, 4), (3, 4), label="p 1", p=1.0),
)
LAYERS = (
    written(
        "group_norm",
        lambda t, x, w, b: t.nn.functional.group_norm(x, 2, w, b),
        *((3, 4, 2), (4,), (4,)),
    ),
    functional("instance_norm", (2, 3, 4)),
    functional("rms_norm", (3, 4), normalized_shape=(4,)),
    written(
        "layer_norm",
        lambda t, x, w, b: t.nn.functional.layer_norm(x, (4,), w, b),
        *((3, 4), (4,), (4,)),
    ),
    written(
        "batch_norm",
        lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True),
        *((4, 3, 5), (3,), (3,)),
    ),
    functional("linear", (3, 4), (2, 4), (2,)),
    functional("bilinear", (3, 4), (3, 2), (5, 4, 2), (5,)),
    written("embedding", lambda t, w: t.nn.functional.embedding(t.tensor(ROWS), w), (5, 3)),
    written(
        "embedding, padding",
        lambda t, w: t.nn.functional.embedding(t.tensor(ROWS), w, padding_idx=4),
        (5, 3),
    ),
    *(
        written(
            f"embedding_bag, {mode}",
            lambda t, w, mode=mode: t.nn.functional.embedding_bag(t.tensor(ROWS), w, mode=mode),
            (5, 3),
        )
        for mode in ("sum", "mean", "max")
    ),
    functional("scaled_dot_product_attention", (2, 3, 4), (2, 3, 4), (2, 3, 4)),
    functional(
        "scaled_dot_product_attention",
        *((2, 3, 4), (2, 3, 4), (2, 3, 4)),
        label="causal",
        is_causal=True,
    ),
)
SPATIAL = (
    functional("conv2d", IMAGES, (4, 3, 3, 3), (4,), padding=1, stride=2),
    functional("max_pool2d", IMAGES, kernel_size=2),
    functional("max_pool2d", IMAGES, label="overlapping", kernel_size=3, stride=2, padding=1),
    functional("max_pool2d", IMAGES, label="dilated", kernel_size=2, stride=1, dilation=2),
    functional("avg_pool2d", IMAGES, kernel_size=2),
    functional("avg_pool2d", IMAGES, label="overlapping", kernel_size=3, stride=2, padding=1),
    functional(
        *("avg_pool2d", IMAGES),
        label="no padding",
        **{"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
    ),
    functional(
        *("max_pool2d", IMAGES),
        label="ceil",
        **{"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True},
    ),
    functional(
        *("avg_pool2d", IMAGES),
        label="ceil",
        **{"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    ),
    functional(
        *("avg_pool2d", IMAGES),
        label="ceil, no padding",
        **{"kernel_size": 2, "ceil_mode": True, "count_include_pad": False},
    ),
    functional("avg_pool2d", IMAGES, label="divisor", kernel_size=2, divisor_override=3),
    functional("max_pool1d", (2, 3, 7), kernel_size=3, stride=2, padding=1),
    functional("avg_pool1d", (2, 3, 7), kernel_size=3, stride=2, padding=1),
    functional("adaptive_avg_pool2d", IMAGES, output_size=(3, 4)),
    functional("adaptive_avg_pool2d", IMAGES, label="one", output_size=1),
    functional("adaptive_avg_pool2d", IMAGES, label="None", output_size=(None, 2)),
    functional("adaptive_max_pool2d", IMAGES, output_size=(3, 4)),
    functional("adaptive_avg_pool1d", (2, 3, 7), output_size=3),
    functional("conv1d", (2, 4, 7), (6, 2, 3), (6,), stride=2, padding=1, groups=2),
    functional("conv1d", (2, 3, 7), (4, 3, 4), label="same", padding="same", dilation=2),
    functional(
        *("conv_transpose2d", IMAGES, (3, 2, 3, 2), (2,)),
        **{"stride": 2, "padding": 1, "output_padding": 1},
    ),
    functional(
        *("conv_transpose2d", (2, 4, 3, 3), (4, 2, 2, 2), (4,)),
        label="groups",
        groups=2,
        dilation=2,
    ),
    functional("pad", IMAGES, pad=(1, 2, 0, -1), value=2.5),
    functional("pad", IMAGES, label="reflect", pad=(2, 1, 1, 2), mode="reflect"),
    functional("pad", IMAGES, label="replicate", pad=(2, 1, 1, 0), mode="replicate"),
    functional("pad", IMAGES, label="circular", pad=(2, 1, 1, 2), mode="circular"),
    functional("interpolate", IMAGES, scale_factor=2),
    functional("interpolate", IMAGES, label="uneven", size=(7, 4)),
    functional("interpolate", IMAGES, label="scaled", scale_factor=1.7),
    functional("interpolate", (2, 3, 7), label="linear", size=4, mode="linear"),
    functional("interpolate", IMAGES, label="bilinear", scale_factor=2.5, mode="bilinear"),
    functional(
        *("interpolate", IMAGES),
        label="corners",
        **{"size": (9, 3), "mode": "bilinear", "align_corners": True},
    ),
    functional("pixel_shuffle", (2, 8, 3, 2), upscale_factor=2),
    functional("pixel_unshuffle", (2, 2, 6, 4), downscale_factor=2),
    functional("channel_shuffle", (2, 6, 3, 2), groups=3),
    functional("adaptive_max_pool1d", (2, 3, 7), output_size=3),
    functional(
        *("conv_transpose1d", (2, 4, 5), (4, 2, 3), (4,)),
        **{"stride": 2, "padding": 1, "output_padding": 1, "groups": 2},
    ),
    functional("lp_pool1d", positive(2, 3, 7), norm_type=3, kernel_size=2),
    functional("lp_pool2d", positive(*IMAGES), norm_type=2, kernel_size=(2, 3), stride=2),
    functional("lp_pool2d", IMAGES, label="largest", norm_type=np.inf, kernel_size=2),
    functional("local_response_norm", IMAGES, size=2),
    functional("local_response_norm", (2, 5, 4), label="strong", size=3, alpha=2.0, beta=1.5),
    functional("affine_grid", (2, 2, 3), size=(2, 3, 4, 5)),
    functional("affine_grid", (2, 3, 4), label="corners", size=(2, 1, 2, 3, 1), align_corners=True),
    functional("unfold", IMAGES, kernel_size=3, padding=1),
    functional("fold", (2, 12, 20), output_size=(5, 6), kernel_size=2),
)
VOLUMES = 2, 4, 4, 5, 3
SPATIAL_3D = (
    functional("conv3d", VOLUMES, (6, 4, 2, 3, 2), (6,), stride=(1, 2, 1), padding=(1, 0, 1)),
    functional("conv3d", VOLUMES, (6, 2, 2, 2, 2), label="groups", groups=2, dilation=(2, 1, 1)),
    functional("conv3d", VOLUMES, (2, 4, 2, 3, 2), label="same", padding="same"),
    functional("max_pool3d", VOLUMES, kernel_size=2),
    functional("max_pool3d", VOLUMES, label="overlapping", kernel_size=3, stride=2, padding=1),
    functional("avg_pool3d", VOLUMES, kernel_size=(2, 3, 1)),
    functional(
        *("avg_pool3d", VOLUMES),
        label="ceil, no padding",
        **{"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
        count_include_pad=False,
    ),
    functional("avg_pool3d", VOLUMES, label="divisor", kernel_size=2, divisor_override=3),
    functional("adaptive_avg_pool3d", VOLUMES, output_size=(3, 2, None)),
    functional("adaptive_max_pool3d", VOLUMES, output_size=2),
    functional("instance_norm", VOLUMES, label="volumes"),
    functional("lp_pool3d", positive(*VOLUMES), norm_type=2, kernel_size=2),
)
SIGNS = np.array([1, -1, 1])
LOSSES = (
    functional("mse_loss", (3, 4), (3, 4)),
    functional("mse_loss", (3, 4), (3, 4), label="none", reduction="none"),
    functional("l1_loss", (3, 4), (3, 4)),
    functional("huber_loss", (3, 4), (3, 4), delta=0.7),
    functional("smooth_l1_loss", (3, 4), (3, 4), beta=0.6),
    functional("kl_div", (3, 4), (3, 4), label="log", reduction="sum", log_target=True),
    functional("kl_div", (3, 4), probability(3, 4), reduction="batchmean"),
    functional("poisson_nll_loss", (3, 4), (3, 4)),
    functional("poisson_nll_loss", positive(3, 4), (3, 4), label="no log", log_input=False),
    functional("gaussian_nll_loss", (3, 4), (3, 4), positive(3, 4)),
    functional("margin_ranking_loss", (3,), (3,), SIGNS),
    functional("hinge_embedding_loss", (3, 4), np.array([[1], [-1], [1]])),
    functional("cosine_embedding_loss", (3, 4), (3, 4), SIGNS, margin=0.1),
    functional("triplet_margin_loss", (3, 4), (3, 4), (3, 4)),
    functional("soft_margin_loss", (3, 4), np.array([[1], [-1], [1]]) * np.ones((1, 4), int)),
    classes("multi_margin_loss", CLASSES),
    classes("multi_margin_loss", CLASSES, "squared", True, p=2, margin=0.5, reduction="none"),
    classes("multilabel_margin_loss", LABELS),
    classes("multilabel_margin_loss", LABELS, "none", reduction="none"),
    functional("multilabel_soft_margin_loss", (4, 3), probability(4, 3)),
    functional("triplet_margin_with_distance_loss", (3, 4), (3, 4), (3, 4), swap=True),
    functional("binary_cross_entropy", probability(3, 4), probability(3, 4)),
    functional("binary_cross_entropy_with_logits", (3, 4), (3, 4)),
    classes("nll_loss", CLASSES),
    classes("nll_loss", IGNORED, "ignored"),
    classes("nll_loss", IGNORED, "weighted, none", True, reduction="none"),
    classes("cross_entropy", CLASSES),
    classes("cross_entropy", CLASSES, "weighted", True, label_smoothing=0.1),
    classes("cross_entropy", CLASSES, "sum", reduction="sum"),
    functional("cross_entropy", (4, 3), (4, 3), label="soft"),
)
ZEROS = np.array([1.0, 0.0, 0.0, 2.0, 1.0])
SUMMED = (
    written("einsum, first", lambda t, x, y: t.einsum("ij,jk->ik", x, y), (2, 1), (3, 4)),
    written("einsum, second", lambda t, x, y: t.einsum("ij,jk->ik", x, y), (2, 3), (1, 4)),
    written("prod, of many", lambda t, x: t.prod(x), (3, 4)),
    written("prod, zeros", lambda t, x: t.prod(x * t.tensor(ZEROS).to(x.dtype)), (5,)),
    written("einsum, to one", lambda t, x, y: t.einsum("ij,ij->", x, y), (1, 3), (2, 3)),
)
COMPOSITIONS = (
    *ELEMENTWISE,
    *SIGNED,
    *REPLACED,
    *STACKED,
    *PRODUCTS,
    *MOVES,
    *PLACING,
    *IN_PLACE,
    *ACTIVATIONS,
    *LAYERS,
    *SPATIAL,
    *SPATIAL_3D,
    *LOSSES,
    *SUMMED,
)
