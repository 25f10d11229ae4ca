"""Rows of the evidence about whole networks that no module of `concepts` owns: 32 and 33."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn


def test_evidence_row_32_the_first_cost_is_that_of_a_guess():
    """Row 32: ln 27 = 3.2958 for 27 classes; networks in the lecture began at 3.2870 and 3.3239."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(30, 200), nn.Tanh(), nn.Linear(200, 27))
    nn.init.normal_(net[-1].weight, std=0.01)
    nn.init.zeros_(net[-1].bias)
    cost = nn.functional.cross_entropy(net(torch.randn(2000, 30)), torch.arange(2000) % 27).item()

    assert -math.log(1 / 27) == pytest.approx(3.2958, abs=5e-5)
    assert cost == pytest.approx(math.log(27), abs=0.03)


def test_evidence_row_32_a_matrix_multiplies_the_spread_by_the_root_of_its_width():
    """Row 32: 1000 × 1000 from N(0, 1) gives √1000 = 31.6, the lecture 31.01; and batch norm gives 1."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(1000, 1000)) @ rng.normal(size=(1000, 1000))
    normalised = nn.BatchNorm1d(1000)(torch.tensor(z).float()).std().item()

    assert z.std() == pytest.approx(math.sqrt(1000), rel=0.03)
    assert normalised == pytest.approx(1, abs=1e-3)


def test_evidence_row_32_few_units_saturate_behind_batch_norm():
    """Row 32: five tanh layers with gain 5/3 and batch norm, 2.78 to 1.88 % beyond 0.97 in the lecture."""
    few, many = (np.mean([saturated_shares(n, seed) for seed in range(10)], axis=0) for n in (32, 1024))
    expected = math.erfc(math.atanh(0.97) / math.sqrt(2))  # of a standard normal u, |tanh u| > 0.97

    assert expected == pytest.approx(0.0364, abs=1e-4)
    assert many == pytest.approx(expected, abs=0.005)  # sums of a hundred numbers are not quite normal
    assert np.all((few > 0.025) & (few < expected))


def saturated_shares(n: int, seed: int) -> list[float]:
    """Share of |tanh| > 0.97 in each of five layers: 30 inputs, 100 units, a batch of n."""
    generator = torch.Generator().manual_seed(seed)
    a, shares = torch.randn(n, 30, generator=generator), []
    for _ in range(5):
        W = torch.randn(100, a.shape[1], generator=generator) * (5 / 3) / a.shape[1] ** 0.5
        a = nn.functional.batch_norm(a @ W.T, None, None, training=True).tanh()
        shares.append((a.abs() > 0.97).float().mean().item())
    return shares


def right_on_the_test_set(layers: int, gain: float, batch_norm: bool, seed: int) -> float:
    """Train ReLU layers of 64 units, Var(w) = gain/64, on digits for eight epochs; learning rate 0.01, momentum 0.9."""
    digits, labels = load_digits(return_X_y=True)
    x, y = torch.tensor((digits - digits.mean()) / digits.std()).float(), torch.tensor(labels)
    torch.manual_seed(seed)
    order = torch.randperm(len(x))
    parts: list[nn.Module] = []
    for _ in range(layers):
        linear = nn.Linear(64, 64)
        nn.init.normal_(linear.weight, std=math.sqrt(gain / 64))
        nn.init.zeros_(linear.bias)
        parts += [linear, *([nn.BatchNorm1d(64)] if batch_norm else []), nn.ReLU()]
    net = nn.Sequential(*parts, nn.Linear(64, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    for _ in range(8):
        for batch in order[torch.randperm(1437)].split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimizer.step()
    test = order[1437:]
    return (net.eval()(x[test]).argmax(1) == y[test]).float().mean().item()


class TestEvidenceRow33:
    """Row 33, with another budget: at 20 layers .428 from 1/n, .907 from He, .960 with batch norm."""

    @pytest.mark.parametrize("seed", range(4))
    def test_five_layers_learn_from_either_start(self, seed):
        assert min(right_on_the_test_set(5, gain, False, seed) for gain in (1, 2)) > 0.88

    @pytest.mark.parametrize("seed", range(4))
    def test_twenty_layers_need_the_right_variance_and_do_better_with_batch_norm(self, seed):
        small, he, normalised = (
            right_on_the_test_set(20, gain, norm, seed) for gain, norm in ((1, False), (2, False), (2, True))
        )

        assert small < 0.3
        assert 0.4 < he < normalised
        assert normalised > 0.8

    def test_forty_layers_are_too_many_without_shortcuts(self):
        assert all(right_on_the_test_set(40, 2, norm, 0) < 0.75 for norm in (False, True))
