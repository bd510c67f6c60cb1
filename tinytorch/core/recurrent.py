"""Recurrent layers: one step of a network, taken again and again along a sequence."""

import math

from . import initializers
from .construction import zeros
from .engine.base import as_tensor
from .initializers import untrained
from .layers import dropout, linear
from .module import Module
from .operations.concatenation import cat, stack
from .operations.selection import where
from .packing import PackedSequence


def rnn_step(gates_x, gates_h, state, act):
    """h' = tanh or ReLU of W x + b + U h + c."""
    h = gates_x + gates_h
    return (h.tanh() if act == "tanh" else h.relu(),)


def lstm_step(gates_x, gates_h, state, act):
    """c' = f · c + i · g and h' = o · tanh c', with gates i, f, o and a candidate g."""
    i, f, g, o = (gates_x + gates_h).chunk(4, -1)
    c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_step(gates_x, gates_h, state, act):
    """h' = (1 - z) · n + z · h, n = tanh(W x + r · (U h)), with gates r and z."""
    (rx, zx, nx), (rh, zh, nh) = gates_x.chunk(3, -1), gates_h.chunk(3, -1)
    n = (nx + (rx + rh).sigmoid() * nh).tanh()
    z = (zx + zh).sigmoid()
    return (n + z * (state[0] - n),)


KINDS = {"RNN": (1, 1, rnn_step), "LSTM": (4, 2, lstm_step), "GRU": (3, 1, gru_step)}


class Recurrent(Module):
    """What the layers and cells share: their weights, and the step that they take.

    Its parameters start at U(-1/√hidden_size, 1/√hidden_size), under PyTorch's names.
    """

    kind = "RNN"

    def _make(self, suffix, input_size, bias):
        gates = KINDS[self.kind][0] * self.hidden_size
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0
        shapes = {"weight_ih": (gates, input_size), "weight_hh": (gates, self.hidden_size)}
        shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)} if bias else {}
        for name, shape in shapes.items():
            p = initializers.uniform_(untrained(*shape), -bound, bound)
            self.register_parameter(f"{name}{suffix}", p)
        for name in () if bias else ("bias_ih", "bias_hh"):
            self.register_parameter(f"{name}{suffix}", None)

    def _weights(self, suffix):
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [getattr(self, f"{name}{suffix}") for name in names]

    def _start(self, state, shape, like):
        """The state to start from: a tuple of tensors of `shape`, zeros unless given."""
        count = KINDS[self.kind][1]
        if state is None:
            return tuple(zeros(*shape, dtype=like.dtype) for _ in range(count))
        state = tuple(state) if isinstance(state, (tuple, list)) else (state,)
        if len(state) != count or any(s.shape != tuple(shape) for s in state):
            got = ", ".join(str(s.shape) for s in state)
            raise ValueError(
                f"{type(self).__name__}: expected {count} initial state{'s' * (count > 1)} of shape"
                f" {tuple(shape)}, got {got}"
            )
        return state


class Cell(Recurrent):
    """One step.

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool

    Attributes
    ----------
    weight_ih, weight_hh : Parameter
        (gates · hidden_size, input_size) and (gates · hidden_size, hidden_size), a gate below the
        other, in PyTorch's order.
    bias_ih, bias_hh : Parameter or None
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None
    ):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.act = "tanh"
        self._make("", input_size, bias)
        self.to(device=device, dtype=dtype)

    def forward(self, input, state=None):
        """From x (N, input_size) or (input_size,) and a state to the next state."""
        x = as_tensor(input)
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}; expected"
                f" (N, {self.input_size}) or ({self.input_size},)"
            )
        state = self._start(state, (*x.shape[:-1], self.hidden_size), x)
        w, u, b, c = self._weights("")
        new = KINDS[self.kind][2](linear(x, w, b), linear(state[0], u, c), state, self.act)
        return new if len(new) > 1 else new[0]

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}"


class RNNCell(Cell):
    __doc__ = f"h' = tanh(W x + b + U h + c), or ReLU of it. {Cell.__doc__}"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device=None,
        dtype=None,
    ):
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.act = _checked(nonlinearity)


class LSTMCell(Cell):
    __doc__ = f"(h', c') with gates that keep, forget and show. {Cell.__doc__}"
    kind = "LSTM"


class GRUCell(Cell):
    __doc__ = f"h' between h and a candidate, as a gate says. {Cell.__doc__}"
    kind = "GRU"


class Layers(Recurrent):
    """Steps along a sequence, in one or more layers.

    Parameters
    ----------
    input_size, hidden_size : int
    num_layers : int
        Each layer reads the output of the one below.
    bias : bool
    batch_first : bool
        Sequences as (N, T, …), not (T, N, …).
    dropout : float
        Share of what goes from layer to layer that is dropped in training.
    bidirectional : bool
        Whether each layer has a second half that reads from the end.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, … : Parameter
        As in the cell; with `_reverse` for the second half.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.batch_first, self.dropout, self.bidirectional = batch_first, dropout, bidirectional
        self.act = "tanh"
        self.directions = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            size = hidden_size * len(self.directions) if layer else input_size
            for direction in self.directions:
                self._make(f"_l{layer}{direction}", size, bias)
        self.to(device=device, dtype=dtype)

    def forward(self, input, state=None):
        """Read sequences.

        Parameters
        ----------
        input : Tensor, (T, N, input_size), or (N, T, input_size) with `batch_first`
            Without the axis N for a single one.
        state : Tensor, (num_layers · directions, N, hidden_size), optional
            For an LSTM the pair (h, c). Zeros unless given.
            `input` may be a `PackedSequence`, and `output` is one then.

        Returns
        -------
        output, state : Tensor
            (T, N, directions · hidden_size), in the order of the input: h of the last layer after
            every step; and the state after the last one.
        """
        if isinstance(input, PackedSequence):
            return self._read_packed(input, state)
        x = as_tensor(input)
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}; expected"
                f" (T, N, {self.input_size}), (N, T, {self.input_size}) with batch_first, or"
                f" (T, {self.input_size})"
            )
        if not x.shape[1 if self.batch_first and x.ndim == 3 else 0]:
            raise ValueError(f"{type(self).__name__}: sequences of shape {x.shape} have no steps")
        single = x.ndim == 2
        if single:
            x = x.unsqueeze(1)
            if state is not None:
                state = state if isinstance(state, (tuple, list)) else (state,)
                state = tuple(s.unsqueeze(1) for s in state)
        elif self.batch_first:
            x = x.transpose(0, 1)
        x, last = self._read_layers(x, state)
        if single:
            x, last = x.squeeze(1), tuple(s.squeeze(1) for s in last)
        elif self.batch_first:
            x = x.transpose(0, 1)
        return x, last if len(last) > 1 else last[0]

    def _read_packed(self, packed, state):
        """Sequences of several lengths: each state stays as it is after its sequence's end."""
        if state is not None and packed.sorted_indices is not None:
            state = state if isinstance(state, (tuple, list)) else (state,)
            state = tuple(s[:, packed.sorted_indices] for s in state)
        x, last = self._read_layers(packed.block(), state, packed.alive()[..., None])
        if packed.unsorted_indices is not None:
            last = tuple(s[:, packed.unsorted_indices] for s in last)
        return packed.of(x), last if len(last) > 1 else last[0]

    def _read_layers(self, x, state, alive=None):
        """(T, N, …) through all layers: the outputs, and the last states as a tuple."""
        count = self.num_layers * len(self.directions)
        state = self._start(state, (count, x.shape[1], self.hidden_size), x)
        ends = []
        for layer in range(self.num_layers):
            outputs = []
            for direction in self.directions:
                start = tuple(s[len(ends)] for s in state)
                weights = self._weights(f"_l{layer}{direction}")
                output, end = self._read(x, start, weights, bool(direction), alive)
                outputs.append(output)
                ends.append(end)
            x = outputs[0] if len(outputs) == 1 else cat(outputs, -1)
            if layer + 1 < self.num_layers:
                x = dropout(x, self.dropout, self.training)
        return x, tuple(stack(parts) for parts in zip(*ends, strict=True))

    def _read(self, x, state, weights, backwards, alive):
        """All steps of one layer in one direction: the outputs (T, N, hidden), the last state."""
        w, u, b, c = weights
        step = KINDS[self.kind][2]
        gates = linear(x, w, b)  # what the inputs say, for all steps at once
        outputs = []
        for t in range(x.shape[0])[:: -1 if backwards else 1]:
            new = step(gates[t], linear(state[0], u, c), state, self.act)
            if alive is not None and not alive[t].all():
                new = tuple(where(alive[t], n, old) for n, old in zip(new, state, strict=True))
            state = new
            outputs.append(state[0])
        outputs = outputs[::-1] if backwards else outputs
        return stack(outputs), state

    def flatten_parameters(self):
        """Nothing: it would put the weights side by side for a GPU."""

    def extra_repr(self):
        layers = f", num_layers={self.num_layers}" if self.num_layers > 1 else ""
        return f"{self.input_size}, {self.hidden_size}{layers}"


class RNN(Layers):
    __doc__ = f"h' = tanh(W x + b + U h + c), or ReLU of it. {Layers.__doc__}"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device=None,
        dtype=None,
    ):
        how = num_layers, bias, batch_first, dropout, bidirectional, device, dtype
        super().__init__(input_size, hidden_size, *how)
        self.act = _checked(nonlinearity)


class LSTM(Layers):
    __doc__ = f"""Long short-term memory: gates that keep, forget and show. {Layers.__doc__}
    Source: S. Hochreiter and J. Schmidhuber, "Long short-term memory" (1997).
    """
    kind = "LSTM"


class GRU(Layers):
    __doc__ = f"""Gated recurrent unit: each step between the last and a candidate. {Layers.__doc__}
    Source: K. Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014).
    """
    kind = "GRU"


def _checked(nonlinearity):
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"RNN: nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
    return nonlinearity
