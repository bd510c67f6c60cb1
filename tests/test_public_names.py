"""Every public name can be imported from where it is, and is the kind of thing it was."""

import importlib
import inspect

import pytest

NAMES = {
    "tinytorch": {
        "class": """
            Tensor bool enable_grad float32 float64 int32 int64 no_grad set_grad_enabled
            uint8
        """,
        "function": """
            abs add amax amin arange argmax argmin cat ceil chunk clamp cos cumsum div
            einsum erf exp eye flatten floor from_dlpack from_numpy full full_like gather
            gelu get_default_dtype get_rng_state is_grad_enabled leaky_relu linspace load
            log log_softmax logsumexp manual_seed masked_fill matmul max maximum mean min
            minimum mul neg ones ones_like permute pow prod rand randint randn randperm relu
            reshape round save set_default_dtype set_rng_state sigmoid sign silu sin softmax
            softplus split sqrt squeeze stack std sub sum tanh tensor transpose tril triu
            unsqueeze var where zeros zeros_like
        """,
        "module": "autograd data nn optim",
    },
    "tinytorch.nn": {
        "class": """
            AvgPool2d BCELoss BCEWithLogitsLoss BatchNorm1d BatchNorm2d Conv2d
            CrossEntropyLoss Dropout Embedding Flatten GELU GPT GradientFlow HuberLoss
            Identity L1Loss LayerNorm LeakyReLU LearnedPositions Linear LogSoftmax MSELoss
            MaxPool2d Module ModuleList MultiHeadAttention NLLLoss Parameter ReLU Sequential
            SiLU Sigmoid SinusoidalPositions Softmax Softplus Tanh TransformerBlock
        """,
        "module": "functional init utils",
        "function": "gradient_flow",
    },
    "tinytorch.nn.functional": {
        "function": """
            avg_pool2d batch_norm binary_cross_entropy binary_cross_entropy_with_logits
            conv2d cross_entropy dropout embedding fold gelu huber_loss l1_loss layer_norm
            leaky_relu linear log_softmax max_pool2d mse_loss nll_loss relu
            scaled_dot_product_attention sigmoid silu softmax softplus tanh unfold
        """,
    },
    "tinytorch.nn.init": {
        "function": """
            calculate_gain constant_ kaiming_normal_ kaiming_uniform_ normal_ ones_ uniform_
            xavier_normal_ xavier_uniform_ zeros_
        """,
    },
    "tinytorch.nn.utils": {
        "function": "clip_grad_norm_ clip_grad_value_",
    },
    "tinytorch.optim": {
        "class": "Adam AdamW Optimizer RMSprop SGD",
        "module": "lr_scheduler",
    },
    "tinytorch.optim.lr_scheduler": {
        "class": """
            CosineAnnealingLR ExponentialLR LRScheduler LambdaLR LinearLR SequentialLR
            StepLR
        """,
    },
    "tinytorch.autograd": {
        "class": "Function Graph enable_grad no_grad set_grad_enabled",
        "function": """
            backward checkpoint detect_anomaly grad gradcheck gradgradcheck graph hessian
            hvp is_grad_enabled jacobian jvp unbroadcast vjp watch
        """,
    },
    "tinytorch.data": {
        "class": "DataLoader Dataset Subset TensorDataset",
        "function": """
            book_text default_collate digits moons random_split reversal sorting spirals xor
        """,
    },
    "tinytorch.widgets": {
        "class": """
            ArrayLens Attention Check Curve Descent DigitPad GraphStepper Surface Training
        """,
    },
    "tinytorch.exercises": {
        "class": "Answer",
        "value": "EXERCISES",
        "function": "check",
    },
    "tinytorch.core.autograd": {
        "class": """
            AbsBackward AccumulateGrad AddBackward AttentionBackward AvgPool2dBackward
            BCEBackward BCEWithLogitsBackward BatchNormBackward CastBackward CatBackward
            CheckpointBackward ClampBackward CloneBackward Conv2dBackward CosBackward
            CrossEntropyBackward CumsumBackward DivBackward DropoutBackward EinsumBackward
            EmbeddingBackward ErfBackward ExpBackward ExpandBackward FoldBackward Function
            GELUBackward GatherBackward HuberBackward L1Backward LayerNormBackward
            LeakyReLUBackward LinearBackward LogBackward LogSoftmaxBackward
            LogsumexpBackward MSEBackward MaskedFillBackward MatmulBackward MaxBackward
            MaxPool2dBackward MaximumBackward MeanBackward MinBackward MinimumBackward
            MulBackward NLLBackward NegBackward PermuteBackward PowBackward ProdBackward
            ReLUBackward ReshapeBackward ScatterBackward SiLUBackward SigmoidBackward
            SinBackward SliceBackward SoftmaxBackward SoftplusBackward SqrtBackward
            StdBackward SubBackward SumBackward TanhBackward TransposeBackward TrilBackward
            TriuBackward UnfoldBackward VarBackward Variable WhereBackward enable_grad
            no_grad set_grad_enabled
        """,
        "function": """
            add backward divide enable_autograd grad is_grad_enabled multiply subtract
            unbroadcast watch
        """,
    },
}


def kind(thing):
    if inspect.isclass(thing):
        return "class"
    if inspect.ismodule(thing):
        return "module"
    return "function" if callable(thing) else "value"


@pytest.mark.parametrize("module", NAMES)
def test_names_stay(module):
    found = importlib.import_module(module)
    wrong = [
        f"{name}: {kind(getattr(found, name, None))}, not a {expected}"
        for expected, names in NAMES[module].items()
        for name in names.split()
        if not hasattr(found, name) or kind(getattr(found, name)) != expected
    ]
    assert wrong == []


@pytest.mark.parametrize("module", [name for name in NAMES if "core" not in name])
def test_a_face_lists_what_it_has(module):
    found = importlib.import_module(module)
    listed = getattr(found, "__all__", None)
    assert listed is None or {name for name in listed if not hasattr(found, name)} == set()
