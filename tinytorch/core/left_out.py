"""Names of PyTorch that are left out on purpose, by their module, each with the reason."""

_ONE_PROCESS = "training runs in one process"
_UNPOOLING = "pooling does not return indices; enlarge with interpolate or conv_transpose2d"
_RANDOM_WINDOWS = "windows are not drawn; use adaptive_max_pool2d"
_BFLOAT16 = "its steps are computed in bfloat16, which NumPy has not; use SGD or AdamW"
_GAMMA = "there is no gamma function, whose gradient it needs"
_NUMBERS = "numbers are float16, float32 and float64"
_PIPES = "use Dataset, IterableDataset and DataLoader"
_ELIMINATION = "linalg.solve and linalg.det eliminate by themselves"
_FUSED = "nothing is fused: call the parts one after the other"

_MAKE_IT = "make it by TransformedDistribution of Uniform or Exponential"
_RELAXED = "use nn.functional.gumbel_softmax"
_ONE_BY_ONE = "transforms work on each number alone; there are AffineTransform and ComposeTransform"
_CHECKED = "parameters are checked, not mapped; make them positive by softplus or exp"

LEFT_OUT = {
    "nn": {
        "AdaptiveLogSoftmaxWithLoss": "use Linear and CrossEntropyLoss",
        "ConvTranspose3d": "there are ConvTranspose1d and ConvTranspose2d",
        "CrossMapLRN2d": "use LocalResponseNorm",
        "DataParallel": _ONE_PROCESS,
        "FractionalMaxPool2d": _RANDOM_WINDOWS,
        "FractionalMaxPool3d": _RANDOM_WINDOWS,
        "LazyConvTranspose3d": "there are LazyConvTranspose1d and LazyConvTranspose2d",
        "LinearCrossEntropyLoss": _FUSED,
        "MaxUnpool1d": _UNPOOLING,
        "MaxUnpool2d": _UNPOOLING,
        "MaxUnpool3d": _UNPOOLING,
        "NLLLoss2d": "use NLLLoss, which takes images too",
        "SyncBatchNorm": _ONE_PROCESS,
        "UninitializedBuffer": "lazy layers have no parameters before their first input",
        "UninitializedParameter": "lazy layers have no parameters before their first input",
        "attention": "use nn.functional.scaled_dot_product_attention",
        "intrinsic": _NUMBERS,
        "parallel": _ONE_PROCESS,
        "qat": _NUMBERS,
        "quantizable": _NUMBERS,
        "quantized": _NUMBERS,
    },
    "nn.functional": {
        "conv_tbc": "use conv1d of x.permute(1, 2, 0)",
        "conv_transpose3d": "there are conv_transpose1d and conv_transpose2d",
        "fractional_max_pool2d": _RANDOM_WINDOWS,
        "fractional_max_pool3d": _RANDOM_WINDOWS,
        "grouped_mm": "use bmm, or a matmul for each group",
        "linear_cross_entropy": _FUSED,
        "max_unpool1d": _UNPOOLING,
        "max_unpool2d": _UNPOOLING,
        "max_unpool3d": _UNPOOLING,
        "scaled_mm": _NUMBERS,
    },
    "nn.utils": {
        "fuse_conv_bn_eval": _FUSED,
        "fuse_linear_bn_eval": _FUSED,
        "parametrizations": "use nn.utils.weight_norm and nn.utils.spectral_norm",
        "parametrize": "compute the weight in forward, or in a forward_pre_hook",
        "prune": "multiply the weight by a mask in forward",
    },
    "linalg": {
        "eig": "numbers are real; eigh is for symmetric matrices",
        "eigvals": "numbers are real; eigvalsh is for symmetric matrices",
        "lu": _ELIMINATION,
        "lu_factor": _ELIMINATION,
        "lu_solve": _ELIMINATION,
    },
    "optim": {
        "Muon": _BFLOAT16,
        "SparseAdam": "gradients are dense; use Adam",
        "swa_utils": "average the state_dict() of the steps you want",
    },
    "utils.data": {
        "DistributedSampler": _ONE_PROCESS,
        "IterDataPipe": _PIPES,
        "MapDataPipe": _PIPES,
        "datapipes": _PIPES,
        "distributed": _ONE_PROCESS,
    },
    "distributions": {
        **dict.fromkeys(
            (
                *("Beta", "Chi2", "ContinuousBernoulli", "Dirichlet", "FisherSnedecor", "Gamma"),
                *("InverseGamma", "LKJCholesky", "NegativeBinomial", "StudentT", "Wishart"),
            ),
            _GAMMA,
        ),
        "VonMises": "there are no Bessel functions",
        "HalfCauchy": "use HalfNormal, or abs of draws of Cauchy",
        "LowRankMultivariateNormal": "use MultivariateNormal",
        "Multinomial": "add up draws of OneHotCategorical",
        **dict.fromkeys(("GeneralizedPareto", "Kumaraswamy", "Pareto", "Weibull"), _MAKE_IT),
        **dict.fromkeys(("RelaxedBernoulli", "RelaxedOneHotCategorical"), _RELAXED),
        **dict.fromkeys(
            (
                *("AbsTransform", "CatTransform", "CorrCholeskyTransform", "IndependentTransform"),
                *("LogisticNormal", "LowerCholeskyTransform", "PowerTransform", "ReshapeTransform"),
                *("SoftmaxTransform", "StackTransform", "StickBreakingTransform"),
            ),
            _ONE_BY_ONE,
        ),
        **dict.fromkeys(("biject_to", "constraints", "transform_to"), _CHECKED),
        "register_kl": "kl_divergence has its list; of others, average log p - log q of draws",
    },
}


def refusing(place):
    """The `__getattr__` of a module: it gives the reason for a name that is left out."""

    def __getattr__(name):
        where = f"tinytorch.{place}"
        if name in LEFT_OUT[place]:
            raise AttributeError(f"{where} has no {name}: {LEFT_OUT[place][name]}")
        raise AttributeError(f"module {where!r} has no attribute {name!r}")

    return __getattr__
