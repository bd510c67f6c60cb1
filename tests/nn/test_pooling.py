"""Pooling at its edges: large windows, nothing but padding, batches of nothing."""

import numpy as np
import pytest

import tinytorch as tt

F = tt.nn.functional


def test_a_window_of_more_places_than_16_bits_count():
    x = tt.zeros(1, 1, 182, 182)
    x[0, 0, 181, 181] = 3.0  # the last of 33,124 places
    x.requires_grad_()
    z = F.max_pool2d(x, 182)
    z.backward(np.full((1, 1, 1, 1), 2.0, np.float32))
    assert z.item() == 3.0
    assert x.grad.data[0, 0, 181, 181] == 2.0 and x.grad.data.sum() == 2.0
    (d,) = tt.autograd.grad(F.max_pool2d(x, 182).sum(), x, create_graph=True)
    assert d.data[0, 0, 181, 181] == 1.0 and d.data.sum() == 1.0


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_gradient_of_a_window_of_infinities_does_not_go_to_the_padding(create_graph):
    x = tt.tensor(np.full((1, 1, 2, 2), -np.inf), requires_grad=True)
    z = F.max_pool2d(x, 2, padding=1)
    (d,) = tt.autograd.grad(z, x, np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), create_graph=create_graph)
    np.testing.assert_array_equal(d.data, [[[[1, 2], [3, 4]]]])


def test_a_mean_of_float16_is_not_summed_in_it():
    x = tt.tensor(np.full((1, 1, 64, 64), 20.0, np.float16))
    z = F.avg_pool2d(x, 64)
    assert z.dtype == np.float16 and z.item() == 20.0


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: F.avg_pool2d(x, 2, divisor_override=0), "divisor_override must not be 0"),
        (lambda x: F.adaptive_avg_pool2d(x, 0), "output_size must be one or two integers"),
        (lambda x: F.adaptive_avg_pool2d(x[:, :, :0], 1), "images that have pixels"),
        (lambda x: F.max_pool1d(x, 2), r"expected sequences \(N, C, L\)"),
        (lambda x: F.avg_pool1d(x[0], (2, 2)), "kernel_size must be one integer"),
        (lambda x: F.pad(x, (1,)), "there are two for each axis"),
        (lambda x: F.pad(x, (0, -9)), "is more than there is"),
        (lambda x: F.pad(x, (4, 0), mode="reflect"), "is more than there is"),
        (lambda x: F.pad(x, (1, 1), mode="mirror"), "mode must be"),
        (lambda x: F.pad(x, (1, 1), value="1"), "value must be a number"),
        (lambda x: F.interpolate(x, 2, 2), "give size or scale_factor"),
        (lambda x: F.interpolate(x, 2, mode="bicubic"), "there are 'nearest'"),
        (lambda x: F.interpolate(x, 2, align_corners=True), "align_corners is for"),
        (lambda x: F.interpolate(x, (2, 2, 2)), "does not fit"),
        (lambda x: F.interpolate(x, scale_factor=0.1), "leaves no pixels"),
        (lambda x: F.pixel_shuffle(x, 2), "does not have a multiple of 2² channels"),
        (lambda x: F.conv1d(x, tt.ones(1, 1, 1)), r"expected an input \(N, C, L\)"),
        (lambda x: F.conv1d(x[0], tt.ones(1, 1, 1), stride=(1, 2)), "stride must be one integer"),
        (lambda x: F.conv_transpose2d(x, tt.ones(2, 1, 2, 2)), "has 1 channels, weight"),
        (lambda x: F.conv_transpose2d(x, tt.ones(1, 2, 2)), "expected an input"),
        (
            lambda x: F.conv_transpose2d(x, tt.ones(1, 1, 2, 2), output_padding=1),
            "output_padding 1 must be smaller than stride 1",
        ),
        (lambda x: F.conv_transpose2d(x, tt.ones(1, 1, 1, 1), padding=9), "would have shape"),
    ],
)
def test_refusals(call, text):
    with pytest.raises((ValueError, TypeError), match=text):
        call(tt.ones(1, 1, 4, 4))


@pytest.mark.parametrize("pool", [F.max_pool2d, F.avg_pool2d])
def test_the_second_derivative_is_0_and_not_missing(pool):
    x = tt.tensor(np.arange(16.0).reshape(1, 1, 4, 4), requires_grad=True)
    (d,) = tt.autograd.grad(pool(x, 2).sum(), x, create_graph=True)
    (dd,) = tt.autograd.grad((d * d).sum(), x)  # as in PyTorch
    assert d.requires_grad and dd.shape == x.shape and not dd.data.any()
