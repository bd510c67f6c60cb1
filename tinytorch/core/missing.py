"""PyTorch's names that a library for learning does without, each with the reason."""


def _each(reasons):
    return {name: reason for names, reason in reasons.items() for name in names.split()}


_COMPILED = "nothing is compiled: operations run as they are called"
_REAL = "numbers are real"
_DENSE = "tensors are dense"
_FLOATS = "numbers are float16, float32 and float64"
_PROCESS = "training runs in one process"
_MIXED = "there is no mixed precision on the CPU here; convert with .half() and .float()"
_FOURIER = "there is no Fourier transform; numpy.fft takes x.detach()"
_LU = "linalg.solve and linalg.det eliminate by themselves"

NOT_HERE = _each(  # of the top module
    {
        "compile jit": _COMPILED,
        "fx": "graphs are recorded as operations run; tinytorch.autograd.graph shows one",
        "onnx": "models travel by tinytorch.safetensors or state_dict()",
        "quantization ao quantize_per_tensor quantize_per_channel": _FLOATS,
        "distributed multiprocessing": _PROCESS,
        "amp autocast GradScaler": _MIXED,
        "bfloat16": "NumPy has no bfloat16; use float16 or float32",
        "complex64 complex128 complex polar imag angle view_as_complex view_as_real": _REAL,
        "sparse sparse_coo_tensor sparse_csr_tensor": _DENSE,
        "fft stft istft": _FOURIER,
        "lu lu_solve lu_unpack triangular_solve cholesky_solve cholesky_inverse lstsq": _LU,
    }
)
METHODS = _each(
    {
        "cfloat cdouble chalf angle imag": _REAL,
        "to_sparse to_sparse_coo to_sparse_csr to_dense coalesce is_coalesced indices": _DENSE,
        "crow_indices col_indices sparse_mask sparse_dim dense_dim": _DENSE,
        "dequantize int_repr q_scale q_zero_point qscheme": _FLOATS,
        "stft istft": _FOURIER,
        "lu lu_solve triangular_solve cholesky_solve cholesky_inverse lstsq": _LU,
        "resize_ resize_as_ set_": "a tensor keeps its memory; make a new one with reshape or cat",
        "storage untyped_storage storage_type": "the values are one NumPy array, x.data",
        "share_memory_ is_shared": _PROCESS,
        "map_ map2_": "write the function in operations of tensors",
        "reinforce": "use log_prob of tinytorch.distributions",
        "register_post_accumulate_grad_hook": "step the optimizer after backward()",
    }
)


class _Missing:
    """An attribute that is not there, and says why. (A `__getattr__` would slow all others.)"""

    def __init__(self, name, why):
        self.message = f"Tensor has no {name}: {why}"

    def __get__(self, instance, owner):
        raise AttributeError(self.message)


class LeftOut:
    """The methods of PyTorch's tensors that Tensor has not."""

    __slots__ = ()


for name, why in METHODS.items():
    setattr(LeftOut, name, _Missing(name, why))
