"""Every layer and loss at the edges, held against PyTorch: value, gradient and second gradient.

A row is a function written once for both libraries and the shapes of its inputs. Each row runs on
ordinary numbers, on inputs with nan, ∞ and -∞ in them, on an upstream gradient with ∞ in it, on
an empty batch, in three precisions, and on arrays that are not contiguous. No nan may stand where
PyTorch has none, nor a number where it has another.
"""

import warnings

import numpy as np
import pytest

import tinytorch as tt

torch = pytest.importorskip("torch")

CLASSES = np.array([0, 2, 1, 2])
IGNORED = np.array([0, -100, 1, -100])
ROWS = np.array([[0, 2, 4], [4, 1, 4]])
WEIGHTS = np.array([1.0, 2.0, 0.5])


def like(t, x, values):
    """Constant `values` as a tensor of the library, integers as such and floats as x has them."""
    z = t.tensor(values)
    return z.to(x.dtype) if values.dtype.kind == "f" else z


def loss(name, *shapes, **options):
    return (lambda t, x, y: getattr(t.nn.functional, name)(x, y, **options), *shapes)


def classes(name, target, weighted=False, **options):
    def call(t, x):
        more = {"weight": like(t, x, WEIGHTS)} if weighted else {}
        return getattr(t.nn.functional, name)(x, like(t, x, target), **options, **more)

    return call, (4, 3)


def layer(name, *shapes, **options):
    return (lambda t, *inputs: getattr(t.nn.functional, name)(*inputs, **options), *shapes)


IMAGES = (2, 3, 5, 6)
CALLS = {
    **{
        name: layer(name, (3, 4))
        for name in (
            *("elu", "celu", "selu", "relu6", "hardtanh", "hardswish"),
            *("mish", "softsign", "logsigmoid", "glu", "leaky_relu", "silu", "normalize"),
        )
    },
    "prelu": layer("prelu", (3, 4), (4,)),
    "softmin": layer("softmin", (3, 4), dim=1),
    "cosine_similarity": layer("cosine_similarity", (3, 4), (3, 4)),
    "pairwise_distance": layer("pairwise_distance", (3, 4), (3, 4)),
    "group_norm": (
        lambda t, x, w, b: t.nn.functional.group_norm(x, 2, w, b),
        (3, 4, 2),
        (4,),
        (4,),
    ),
    "rms_norm": layer("rms_norm", (3, 4), normalized_shape=(4,)),
    "smooth_l1_loss": loss("smooth_l1_loss", (3, 4), (3, 4), beta=0.6),
    "kl_div, log": loss("kl_div", (3, 4), (3, 4), reduction="sum", log_target=True),
    "poisson_nll_loss": loss("poisson_nll_loss", (3, 4), (3, 4)),
    "margin_ranking_loss": layer("margin_ranking_loss", (4,), (4,), (4,)),
    "triplet_margin_loss": layer("triplet_margin_loss", (3, 4), (3, 4), (3, 4)),
    "linear": layer("linear", (3, 4), (2, 4), (2,)),
    "embedding": (lambda t, w: t.nn.functional.embedding(t.tensor(ROWS), w), (5, 3)),
    "embedding, padding": (
        lambda t, w: t.nn.functional.embedding(t.tensor(ROWS), w, padding_idx=4),
        (5, 3),
    ),
    "conv2d": layer("conv2d", IMAGES, (4, 3, 3, 3), (4,), padding=1, stride=2),
    "max_pool2d": layer("max_pool2d", IMAGES, kernel_size=2),
    "max_pool2d, overlapping": layer("max_pool2d", IMAGES, kernel_size=3, stride=2, padding=1),
    "max_pool2d, dilated": layer("max_pool2d", IMAGES, kernel_size=2, stride=1, dilation=2),
    "avg_pool2d": layer("avg_pool2d", IMAGES, kernel_size=2),
    "avg_pool2d, overlapping": layer("avg_pool2d", IMAGES, kernel_size=3, stride=2, padding=1),
    "avg_pool2d, no padding": layer(
        "avg_pool2d", IMAGES, kernel_size=3, stride=2, padding=1, count_include_pad=False
    ),
    "max_pool2d, ceil": layer(
        "max_pool2d", IMAGES, kernel_size=2, stride=2, padding=1, ceil_mode=True
    ),
    "avg_pool2d, ceil": layer(
        "avg_pool2d", IMAGES, kernel_size=3, stride=2, padding=1, ceil_mode=True
    ),
    "avg_pool2d, ceil, no padding": layer(
        "avg_pool2d", IMAGES, kernel_size=2, ceil_mode=True, count_include_pad=False
    ),
    "avg_pool2d, divisor": layer("avg_pool2d", IMAGES, kernel_size=2, divisor_override=3),
    "max_pool1d": layer("max_pool1d", (2, 3, 7), kernel_size=3, stride=2, padding=1),
    "avg_pool1d": layer("avg_pool1d", (2, 3, 7), kernel_size=3, stride=2, padding=1),
    "adaptive_avg_pool2d": layer("adaptive_avg_pool2d", IMAGES, output_size=(3, 4)),
    "adaptive_avg_pool2d, one": layer("adaptive_avg_pool2d", IMAGES, output_size=1),
    "adaptive_avg_pool2d, None": layer("adaptive_avg_pool2d", IMAGES, output_size=(None, 2)),
    "adaptive_max_pool2d": layer("adaptive_max_pool2d", IMAGES, output_size=(3, 4)),
    "adaptive_avg_pool1d": layer("adaptive_avg_pool1d", (2, 3, 7), output_size=3),
    "conv1d": layer("conv1d", (2, 4, 7), (6, 2, 3), (6,), stride=2, padding=1, groups=2),
    "conv1d, same": layer("conv1d", (2, 3, 7), (4, 3, 4), padding="same", dilation=2),
    "conv_transpose2d": layer(
        "conv_transpose2d", IMAGES, (3, 2, 3, 2), (2,), stride=2, padding=1, output_padding=1
    ),
    "conv_transpose2d, groups": layer(
        "conv_transpose2d", (2, 4, 3, 3), (4, 2, 2, 2), (4,), groups=2, dilation=2
    ),
    "pad": layer("pad", IMAGES, pad=(1, 2, 0, -1), value=2.5),
    "pad, reflect": layer("pad", IMAGES, pad=(2, 1, 1, 2), mode="reflect"),
    "pad, replicate": layer("pad", IMAGES, pad=(2, 1, 1, 0), mode="replicate"),
    "pad, circular": layer("pad", IMAGES, pad=(2, 1, 1, 2), mode="circular"),
    "interpolate": layer("interpolate", IMAGES, scale_factor=2),
    "interpolate, uneven": layer("interpolate", IMAGES, size=(7, 4)),
    "interpolate, scaled": layer("interpolate", IMAGES, scale_factor=1.7),
    "interpolate, linear": layer("interpolate", (2, 3, 7), size=4, mode="linear"),
    "interpolate, bilinear": layer("interpolate", IMAGES, scale_factor=2.5, mode="bilinear"),
    "interpolate, corners": layer(
        "interpolate", IMAGES, size=(9, 3), mode="bilinear", align_corners=True
    ),
    "pixel_shuffle": layer("pixel_shuffle", (2, 8, 3, 2), upscale_factor=2),
    "unfold": layer("unfold", IMAGES, kernel_size=3, padding=1),
    "fold": layer("fold", (2, 12, 20), output_size=(5, 6), kernel_size=2),
    "layer_norm": (
        lambda t, x, w, b: t.nn.functional.layer_norm(x, (4,), w, b),
        (3, 4),
        (4,),
        (4,),
    ),
    "batch_norm": (
        lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True),
        (4, 3, 5),
        (3,),
        (3,),
    ),
    "attention": layer("scaled_dot_product_attention", (2, 3, 4), (2, 3, 4), (2, 3, 4)),
    "attention, causal": layer(
        "scaled_dot_product_attention", (2, 3, 4), (2, 3, 4), (2, 3, 4), is_causal=True
    ),
    "mse_loss": loss("mse_loss", (3, 4), (3, 4)),
    "mse_loss, none": loss("mse_loss", (3, 4), (3, 4), reduction="none"),
    "l1_loss": loss("l1_loss", (3, 4), (3, 4)),
    "huber_loss": loss("huber_loss", (3, 4), (3, 4), delta=0.7),
    "binary_cross_entropy_with_logits": loss("binary_cross_entropy_with_logits", (3, 4), (3, 4)),
    "nll_loss": classes("nll_loss", CLASSES),
    "nll_loss, ignored": classes("nll_loss", IGNORED),
    "nll_loss, weighted, none": classes("nll_loss", IGNORED, True, reduction="none"),
    "cross_entropy": classes("cross_entropy", CLASSES),
    "cross_entropy, weighted": classes("cross_entropy", CLASSES, True, label_smoothing=0.1),
    "cross_entropy, sum": classes("cross_entropy", CLASSES, reduction="sum"),
    "cross_entropy, soft": loss("cross_entropy", (4, 3), (4, 3)),
}
EDGES = ("plain", "nan", "inf", "-inf", "infinite g", "empty", "strided", "float16", "float32")


NOT_AS_PYTORCH = {
    ("relu6", "nan"): "PyTorch's gradient at nan depends on where in memory it stands",
    ("hardtanh", "nan"): "the same",
    ("hardswish", "-inf"): "0, the limit, where PyTorch has -∞ · 0",
    ("glu", "inf"): "0 · ∞ in the second derivative, which PyTorch groups otherwise",
    ("glu", "-inf"): "the same",
    ("attention, causal", "-inf"): "rows of -inf are 0 here with every mask, there without one",
    ("cross_entropy, soft", "infinite g"): "∞ - ∞ in the second derivative, summed otherwise there",
    ("pixel_shuffle", "empty"): "PyTorch's own gradient has the wrong shape",
}


def arrays(shapes, edge, dtype):
    rng = np.random.default_rng(sum(map(sum, shapes)))
    values = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    if edge in ("nan", "inf", "-inf"):
        values[0].flat[[1, -2]] = float(edge)
    if edge == "strided":
        values = [np.repeat(x, 2, axis=-1)[..., ::2][::-1] for x in values]
    return values


def shapes_at(name, edge):
    shapes = CALLS[name][1:]
    if edge != "empty":
        return shapes
    batch = shapes[0][0]
    return [(0, *s[1:]) if s and s[0] == batch and len(s) == len(shapes[0]) else s for s in shapes]


def run(t, name, edge, dtype):
    """The value, the gradients for an upstream g, and the gradients of their sum with weights."""
    call = CALLS[name][0]
    inputs = []
    for x in arrays(shapes_at(name, edge), edge, dtype):
        leaf = tt.tensor(x) if t is tt else torch.from_numpy(x.copy())
        inputs.append(leaf.requires_grad_())
    z = call(t, *inputs)
    rng = np.random.default_rng(5)
    g = rng.normal(size=tuple(z.shape)).astype(dtype)
    if edge == "infinite g" and g.size:
        g.flat[g.size // 2] = np.inf
    upstream = tt.tensor(g) if t is tt else torch.from_numpy(np.asarray(g))
    upstream = upstream.requires_grad_()
    options = {"allow_unused": True, "retain_graph": True}
    plain = t.autograd.grad([z], inputs, [upstream], **options)
    grads = t.autograd.grad([z], inputs, [upstream], create_graph=True, **options)
    total = 0
    for d in grads:
        if d is not None and d.requires_grad:
            w = rng.normal(size=tuple(d.shape)).astype(dtype)
            total = (
                total + (d * (tt.tensor(w) if t is tt else torch.from_numpy(np.asarray(w)))).sum()
            )
    seconds = [None] * (len(inputs) + 1)
    if not isinstance(total, int) and dtype is not np.float16:
        seconds = t.autograd.grad([total], [*inputs, upstream], allow_unused=True)
    named = {"value": z}
    for kind, tensors in (("", plain), ("recorded ", grads), ("second ", seconds)):
        named |= {f"{kind}gradient {i}": x for i, x in enumerate(tensors)}
    return {name: numbers(x) for name, x in named.items()}


def numbers(x):
    if x is None:
        return None
    return np.asarray(x.detach().numpy(force=True) if isinstance(x, torch.Tensor) else x.data)


def cases():
    for name in CALLS:
        for edge in EDGES:
            targets = edge == "empty" and name.startswith(("nll", "cross", "embedding"))
            if not targets and (name, edge) not in NOT_AS_PYTORCH:
                yield name, edge


@pytest.mark.parametrize(("name", "edge"), list(cases()))
def test_as_pytorch(name, edge):
    dtype = {"float16": np.float16, "float32": np.float32}.get(edge, np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's, about nan and infinities; PyTorch's, about sizes
        expected, found = run(torch, name, edge, dtype), run(tt, name, edge, dtype)
    rtol = {np.float16: 1e-2, np.float32: 1e-4}.get(dtype, 1e-9)
    problems = [differs(label, a, expected[label], rtol) for label, a in found.items()]
    assert not any(problems), "\n".join(filter(None, problems))


def differs(label, a, b, rtol):
    if a is None and b is None:
        return None
    a = np.zeros_like(b) if a is None else a
    b = np.zeros_like(a) if b is None else b
    if a.shape != b.shape or a.dtype != b.dtype:
        return f"{label}: {a.dtype}{a.shape}, PyTorch {b.dtype}{b.shape}"
    if label != "value":  # a number may stand where PyTorch has none
        a = np.where(np.isnan(b), np.nan, a)
    ok = np.allclose(a, b, rtol=rtol, atol=rtol, equal_nan=True)
    return None if ok else f"{label}:\n{a}\nPyTorch:\n{b}"
