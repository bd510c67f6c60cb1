"""The language model: what it sees, what it must not see, and what it learns."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn, optim
from tinytorch.core.random import manual_seed


def gpt(**options):
    manual_seed(0)
    settings = {"vocab_size": 11, "embed_dim": 16, "num_layers": 2, "num_heads": 4}
    model = nn.GPT(**{**settings, "max_seq_len": 12, **options})
    for p in model.parameters():  # far from the tame beginning, so that all paths are loud
        p.data *= 5 if p.ndim > 1 else 1
    return model.eval()


TOKENS = np.random.default_rng(0).integers(0, 11, (2, 12))


def logits(model, tokens):
    return model(tokens).detach().data


def test_shapes():
    model = gpt()
    assert logits(model, TOKENS).shape == (2, 12, 11)
    assert logits(model, tt.tensor(TOKENS[:, :5])).shape == (2, 5, 11)


def test_nothing_leaks_from_the_future():
    model = gpt()
    before = logits(model, TOKENS)
    for t in range(1, 12):
        changed = TOKENS.copy()
        changed[:, t:] = (changed[:, t:] + 1 + np.arange(12 - t)) % 11
        np.testing.assert_array_equal(logits(model, changed)[:, :t], before[:, :t])


def test_every_past_token_matters_to_the_last():
    model = gpt()
    before = logits(model, TOKENS)[:, -1]
    for t in range(12):
        changed = TOKENS.copy()
        changed[:, t] = (changed[:, t] + 1) % 11
        assert np.abs(logits(model, changed)[:, -1] - before).max() > 1e-4, t


def test_order_matters():
    model = gpt()
    changed = TOKENS.copy()
    changed[:, [2, 5]] = changed[:, [5, 2]]
    assert (TOKENS[:, 2] != TOKENS[:, 5]).all()
    difference = np.abs(logits(model, changed)[:, -1] - logits(model, TOKENS)[:, -1])
    assert difference.max() > 1e-4


def test_attention_is_causal_normalized_and_not_uniform():
    model = gpt()
    output, weights = model(TOKENS, need_weights=True)
    np.testing.assert_allclose(output.detach().data, logits(model, TOKENS), rtol=1e-4, atol=1e-5)
    assert len(weights) == 2
    for w in (w.detach().data for w in weights):
        assert w.shape == (2, 4, 12, 12)
        assert not np.triu(w, 1).any()
        np.testing.assert_allclose(w.sum(-1), 1, rtol=1e-5)
        assert w[:, :, -1].std() > 0.01


def test_a_scale_from_numpy_leaves_the_work_in_float32():
    q = tt.tensor(np.ones((3, 4), np.float32), requires_grad=True)
    z = tt.nn.functional.scaled_dot_product_attention(q, q, q, scale=1 / np.sqrt(4))
    assert z.grad_fn.intermediate.dtype == np.float32


def test_gradients_come_back_along_the_attention():
    output, weights = gpt()(TOKENS, need_weights=True)
    weights[0].retain_grad()
    output.sum().backward()
    assert weights[0].grad.shape == (2, 4, 12, 12) and np.abs(weights[0].grad).max() > 0


def test_every_parameter_learns():
    model = gpt().train()
    before = {name: p.tolist() for name, p in model.named_parameters()}
    loss = nn.CrossEntropyLoss()(model(TOKENS).reshape(-1, 11), tt.tensor(TOKENS.reshape(-1)))
    loss.backward()
    assert nn.gradient_flow(model).share == 1
    optim.AdamW(model.parameters(), lr=0.01).step()
    assert all(p.tolist() != before[name] for name, p in model.named_parameters())


def test_generation_continues_and_goes_past_the_window():
    model = gpt()
    start = TOKENS[:, :3]
    out = model.generate(start, 20)
    assert out.shape == (2, 23) and np.array_equal(out.data[:, :3], start)
    assert 0 <= out.data.min() and out.data.max() < 11


def test_generation_follows_the_seed_and_the_temperature():
    model, start = gpt(), TOKENS[:, :3]
    runs = []
    for seed in (1, 1, 2):
        manual_seed(seed)
        runs.append(model.generate(start, 15).tolist())
    assert runs[0] == runs[1] != runs[2]
    greedy = model.generate(start, 5, temperature=0)
    assert greedy.tolist() == model.generate(start, 5, top_k=1).tolist()
    for t in range(3, 8):
        best = logits(model, greedy.data[:, :t])[:, -1].argmax(-1)
        assert np.array_equal(greedy.data[:, t], best)


def test_draws_follow_the_softmax():
    model = gpt()
    manual_seed(0)
    scores = logits(model, TOKENS[:1, :3])[0, -1].astype(float)
    p = np.exp(scores / 2)
    start = np.repeat(TOKENS[:1, :3], 4000, axis=0)
    drawn = model.generate(start, 1, temperature=2.0).data[:, -1]
    seen = np.bincount(drawn, minlength=11) / 4000
    np.testing.assert_allclose(seen, p / p.sum(), atol=0.03)
    top = set(np.argsort(scores)[-3:].tolist())
    assert set(model.generate(start, 1, top_k=3).data[:, -1].tolist()) == top


def test_generation_leaves_the_mode_alone():
    model = gpt(dropout=0.5).train()
    model.generate(TOKENS[:, :2], 1)
    assert model.training and model.blocks[0].drop.training
    with pytest.raises(IndexError):
        model.generate(np.array([[50]]), 1)
    assert model.training


@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        (lambda m: m(np.zeros((1, 13), int)), ValueError, "13 tokens do not fit the .* of 12"),
        (lambda m: m(np.zeros(3, int)), ValueError, r"integer tokens of shape \(B, T\), got int64"),
        (lambda m: m(np.zeros((1, 3))), ValueError, "got float64"),
        (lambda m: m(np.array([[11]])), IndexError, "index 11 is out of range"),
        (lambda m: m(np.array([[-1]])), IndexError, "index -1 is out of range"),
        (lambda m: m.generate(np.zeros((1, 0), int), 1), ValueError, "at least one token"),
        (lambda m: m.generate(TOKENS, 1, temperature=-1), ValueError, "must not be negative"),
        (lambda m: m.generate(TOKENS, 1, top_k=0), ValueError, "top_k at least 1"),
    ],
)
def test_what_it_refuses(act, error, text):
    with pytest.raises(error, match=text):
        act(gpt())
