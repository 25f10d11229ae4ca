"""Networks that are trained as one stack take the steps that each would take alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder import checks
from autograder.release import source_cells
from tests.course import false_alarms, stacked


class Net(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Linear(5, 7), nn.LayerNorm(7), nn.Tanh(), nn.Linear(7, 3))


def training(seed: int, kind=torch.optim.Adam, net=Net, steps: int = 11, scale: float = 1.0, **settings):
    torch.manual_seed(seed)
    network = net()
    x, y = scale * torch.randn(20, 5), torch.randint(3, (20,))
    optimizer = kind(network.parameters(), **settings)
    return stacked.Training(network, optimizer, x, y, steps=steps, batch=6, seed=seed)


def alone(one: stacked.Training) -> list[float]:
    return checks.trained(
        one.network, one.optimizer, one.x, one.y, steps=one.steps, batch=one.batch, seed=one.seed
    )


@pytest.mark.parametrize("scale", [1.0, 50.0], ids=["short gradients", "clipped"])
@pytest.mark.parametrize(
    ("kind", "settings"),
    [(torch.optim.Adam, {"lr": 0.02}), (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01})],
)
def test_each_network_takes_its_own_steps(kind, settings, scale):
    together = [training(seed, kind, scale=scale, **settings) for seed in range(4)]
    stacked.train(together)

    for seed, found in enumerate(together):
        expected = training(seed, kind, scale=scale, **settings)
        assert alone(expected) == pytest.approx(found.losses, rel=1e-4, abs=1e-5)
        for one, other in zip(expected.network.parameters(), found.network.parameters(), strict=True):
            assert torch.allclose(one, other, rtol=1e-3, atol=1e-4)


def test_equal_trainings_are_done_once(monkeypatch):
    sizes = []
    distinct = stacked._train_distinct
    monkeypatch.setattr(stacked, "_train_distinct", lambda some: (sizes.append(len(some)), distinct(some)))
    together = [training(seed) for seed in (0, 1, 0)]
    stacked.train(together)

    assert sizes == [2]
    assert together[0].losses == together[2].losses != together[1].losses
    assert torch.equal(together[0].network[0].weight, together[2].network[0].weight)
    together[0].network[0].weight.data += 1
    assert not torch.equal(together[0].network[0].weight, together[2].network[0].weight)


class Dropping(Net):
    def __init__(self) -> None:
        super().__init__()
        self[2] = nn.Dropout()


class Keeping(Net):
    def __init__(self) -> None:
        super().__init__()
        self[1] = nn.BatchNorm1d(7)


class Curving(Net):
    def __init__(self) -> None:
        super().__init__()
        self[2] = nn.ReLU()


@pytest.mark.parametrize("other", [{"lr": 0.5}, {"kind": torch.optim.SGD}, {"steps": 2}, {"net": Curving}])
def test_what_is_not_alike_is_refused(other):
    with pytest.raises(ValueError, match="cannot be done as one"):
        stacked.train([training(0), training(1, **other)])


@pytest.mark.parametrize("net", [Dropping, Keeping])
def test_what_a_stack_cannot_do_is_refused(net):
    with pytest.raises(ValueError, match="cannot be done as one"):
        stacked.train([training(0, net=net), training(1, net=net)])


class TestChecks:
    """The checks of `build_rescued` that train, on small networks and for a few steps: too few."""

    def runs(self, steps: int) -> list[false_alarms.Run]:
        easier = compile(f"DEPTH, WIDTH, STEPS = 3, 16, {steps}", "<easier>", "exec")
        return [
            [*locked_and_answer, easier, check]
            for *locked_and_answer, check in false_alarms.programs(source_cells("rescue", false_alarms.ROOT))[
                "build_rescued"
            ][2:]
        ]

    def test_they_say_what_they_say_alone(self):
        runs, seeds = self.runs(steps=2), [3, 1, 4]

        found = stacked.rejections(runs, seeds, size=2)
        assert found == {seed: found[seed] for seed in seeds}
        assert {seed: shape(text) for seed, text in found.items()} == {
            seed: shape(text) for seed, text in false_alarms.rejections(runs, seeds).items()
        }

    def test_who_has_learned_goes_on(self):
        assert stacked.rejections(self.runs(steps=200), [0, 1], size=2) == {}


def shape(message: str) -> str:
    """Return a message without what it says about the seed, which is a thread's own."""
    return message.split("The numbers were drawn")[0]
