"""The course's names: there, a layer and a loss stand in the module of their operation.

Here they stand in modules of their own, since a Module needs Tensor and Tensor needs the
operations; this adds them where the course looks for them.
"""

from . import (
    activation_layers,
    activations,
    attention,
    attention_layers,
    embeddings,
    functional,
    image_layers,
    layer_functions,
    layers,
    loss_layers,
    losses,
    normalization,
    normalization_layers,
    spatial,
    training,
)

_NAMES = [
    (activations, activation_layers, ("ReLU", "Sigmoid", "Tanh", "Softmax", "GELU")),
    (spatial, image_layers, ("Conv2d", "MaxPool2d", "AvgPool2d")),
    (embeddings, layers, ("Embedding", "LearnedPositions", "SinusoidalPositions")),
    (normalization, normalization_layers, ("LayerNorm", "BatchNorm1d", "BatchNorm2d")),
    (attention, attention_layers, ("MultiHeadAttention",)),
    (attention, layer_functions, ("scaled_dot_product_attention",)),
    (losses, loss_layers, ("MSELoss", "BinaryCrossEntropyLoss", "CrossEntropyLoss")),
    (losses, functional, ("log_softmax",)),
    (training, loss_layers, ("MeanSquaredError", "CrossEntropy", "BinaryCrossEntropy")),
]
for _module, _source, _names in _NAMES:
    for _name in _names:
        setattr(_module, _name, getattr(_source, _name))
