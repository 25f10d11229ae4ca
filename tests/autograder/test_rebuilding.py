"""A student's network is rebuilt from plain data, here and across the bridge; what cannot be is refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder import checks
from autograder.checks import CheckFailed
from autograder.checks.operations import OPERATIONS, function_of, operation_named
from autograder.checks.rebuilding import OPTIMIZERS
from concepts import real_depth, rescue
from tests.autograder.notebooks import PLACES, reached

NOTEBOOK = """
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self, f=None):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(3, 5), nn.Linear(5, 5), nn.Linear(5, 2)
        self.f = f or (lambda net, x: net.c(torch.relu(net.b(torch.tanh(net.a(x))))))
        self.register_buffer("mean", torch.zeros(5))
        self.register_buffer("var", torch.ones(5))
        self.register_buffer("three", torch.ones(3))
        self.passes = 0
    def forward(self, x):
        return self.f(self, x)

class Parts(nn.Module):
    def __init__(self, *parts):
        super().__init__()
        self.parts = nn.Sequential(nn.Linear(3, 4), *parts, nn.Linear(4, 2))
        self.scale = nn.Parameter(torch.tensor([0.5, 2.0]))
        self.register_buffer("shift", torch.tensor(0.25))
        self.loose = torch.tensor(3.0)
    def forward(self, x):
        h = self.parts[0](x.view(len(x), -1).float())
        for part in self.parts[1:-1]:
            h = h + self.scale[0] * part(h) / 2 - self.shift
        h *= self.loose
        h += 1
        self.kept = h.detach()
        print(h.shape, h.mean().item())
        return self.parts[-1](h)

def parts(*names):
    made = {"batch": lambda: nn.BatchNorm1d(4), "layer": lambda: nn.LayerNorm(4), "rms": lambda: nn.RMSNorm(4),
            "own": lambda: nn.BatchNorm1d(4, track_running_stats=False), "dropout": lambda: nn.Dropout(0.5),
            "relu": lambda: nn.ReLU(inplace=True), "prelu": nn.PReLU}
    return Parts(*(made[name]() if name in made else getattr(nn, name)() for name in names))

class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return torch.sigmoid(x)
    @staticmethod
    def backward(ctx, grad): return grad

def hooked():
    net = Net()
    net.a.weight.register_hook(lambda g: g / (g.norm() + 1e-9))
    return net

def frozen():
    net = Net()
    net.b.weight.requires_grad_(False)
    return net

def tied():
    net = Net()
    net.c2 = nn.Linear(5, 5)
    net.c2.weight = net.b.weight
    net.f = lambda net, x: net.c(net.c2(torch.relu(net.b(net.a(x)))))
    return net

def infinite():
    net = Net()
    with torch.no_grad(): net.a.weight[0, 0] = float("inf")
    return net

def filled(*numbers):
    net = Net()
    with torch.no_grad():
        for parameter, number in zip(net.parameters(), numbers): parameter.fill_(number)
    return net

def huge(): return filled(*[3e38] * 6)
def steep(): return filled(0, 0, 10, 1e-5, 3e38, 0)

def one_number():
    net = Net()
    net.b.weight.data = net.b.bias.data[0].expand(5, 5)
    return net

def scripted(net, x):
    with torch.no_grad():
        h = net.a(x)
    return net.c(torch.relu(net.b(h)))

KINDS = {
    "softmax": lambda net, x: net.c(torch.softmax(net.a(x), 1)),
    "a product of matrices": lambda net, x: net.c(net.a(x) @ net.b.weight),
    "detach": lambda net, x: net.c(net.a(x).detach()),
    "data": lambda net, x: net.c(net.a(x).data),
    "numpy": lambda net, x: net.c(torch.tensor(net.a(x).detach().numpy())),
    "no_grad": scripted,
    "a backward of its own": lambda net, x: net.c(Straight.apply(net.a(x))),
    "noise": lambda net, x: net.c(net.a(x) + torch.randn(5)),
    "a computed weight": lambda net, x: net.c(F.linear(net.a(x), net.b.weight * 2)),
    "assignment": lambda net, x: assigned(net, x),
    "nothing": lambda net, x: None,
    "the mode": lambda net, x: net.c(torch.relu(net.a(x)) if net.training else net.a(x)),
    "the number of rows": lambda net, x: net.c(net.a(x)) if len(x) == 7 else net.c(torch.relu(net.a(x))),
    "the number of passes": lambda net, x: net.c(torch.relu(net.a(x)) if passed(net) < 3 else net.a(x)),
    "drops always": lambda net, x: net.c(F.dropout(net.a(x), 1e-9)),
    "alpha drops always": lambda net, x: net.c(F.alpha_dropout(net.a(x), 1e-9, training=True)),
    "moves its statistics always": lambda net, x: net.c(F.batch_norm(
        net.a(x), net.mean, net.var, training=True, momentum=2.0) + 0 * net.mean),
    "has its statistics in the input": lambda net, x: net.c(net.a(F.batch_norm(
        x, x[0], net.three, training=net.training))),
}

def passed(net):
    net.passes += 1
    return net.passes

def assigned(net, x):
    h = net.a(x).clone()
    h[:, 0] = 0
    return net.c(h)

def net(kind=None):
    return Net(KINDS.get(kind))

def adam(model): return torch.optim.Adam(model.parameters(), lr=0.02, betas=(0.8, 0.99))
def groups(model):
    return torch.optim.SGD([{"params": [model.a.weight], "lr": 0.5}, {"params": [model.c.bias, model.a.bias]}],
                           lr=0.1, momentum=0.9)
def twice(model):
    optimizer = torch.optim.SGD([model.a.weight], lr=0.1)
    optimizer.param_groups.append(dict(optimizer.param_groups[0]))
    return optimizer
def strange(model): return torch.optim.SGD([torch.zeros(2, requires_grad=True)], lr=0.1)
def bottomless(model): return torch.optim.SGD(model.parameters(), lr=float("inf"))
def closure(model): return torch.optim.LBFGS(model.parameters())
class Own(torch.optim.SGD): pass
def own(model): return Own(model.parameters(), lr=0.1)
def none(model): return model
def draws(n): return torch.randn(n).tolist()
"""


@pytest.fixture(params=PLACES)
def student(request) -> Iterator[Callable[[str], Any]]:
    """Names of the notebook, as a check gets them in either place."""
    with reached(NOTEBOOK, request.param) as name:
        yield name


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(7, 3, generator=torch.Generator().manual_seed(0)).abs()


def message(word: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        word(*args, **kwargs)
    return str(caught.value)


class TestNetworks:
    ACTIVATIONS = (
        *("relu", "prelu", "ReLU6", "SELU", "SiLU", "Mish", "Hardsigmoid", "Hardswish", "Tanh", "Sigmoid"),
        *("LogSigmoid", "Softsign", "Tanhshrink", "LeakyReLU", "ELU", "CELU", "GELU", "Softplus", "Hardtanh"),
    )

    @pytest.mark.parametrize("part", [*ACTIVATIONS, "batch", "own", "layer", "rms", "Identity"])
    def test_outputs_are_the_students_in_both_modes(self, student, x, part):
        model = checks.call(student("parts"), part, "Tanh", "batch")
        network = checks.rebuilt(model, x)

        for training in (False, True):  # the running statistics of ours move
            expected = checks.run(model, x, training=training).outputs
            checks.close(network.train(training)(x).detach().numpy(), expected)

    def test_dropout_draws_in_training_only(self, student, x):
        network = checks.rebuilt(checks.call(student("parts"), "dropout"), x)

        assert network.draws
        assert not torch.equal(network.train()(x), network(x))
        assert torch.equal(network.eval()(x), network(x))

    def test_running_statistics_move_as_torchs(self, student, x):
        model = checks.call(student("parts"), "batch")
        network = checks.rebuilt(model, x)
        network.train()(x)
        moved = {name: b.numpy() for name, b in network.named_buffers() if "running" in name}

        theirs = checks.run(model, x, training=True).buffers
        for name, values in moved.items():
            checks.close(values, theirs[name.removeprefix("of ").replace("/", ".")])

    def test_the_students_module_is_left_as_it_was(self, student, x):
        model = checks.call(student("parts"), "batch")
        before = checks.parameters(model), checks.buffers(model)
        network = checks.rebuilt(model, x)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.zero_()

        checks.close(checks.parameters(model), before[0])
        checks.close(checks.buffers(model), before[1])
        assert set(checks.training(model).values()) == {True}

    def test_what_the_output_does_not_depend_on_is_left_out(self, student, x):
        network = checks.rebuilt(checks.call(student("net")), x)

        assert [layer.out_features for layer in checks.executed(network, x)] == [5, 5, 2]
        assert set(network.original) == {f"{name}.{kind}" for name in "abc" for kind in ("weight", "bias")}

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [
            ("softmax", "softmax"),
            ("a product of matrices", "matmul"),
            ("detach", "detach"),
            ("data", "`__get__`"),
            ("numpy", "`tensor`"),
            ("no_grad", "without a gradient"),
            ("a backward of its own", "rebuilt"),
            ("noise", "randn"),
            ("a computed weight", "parameter of its own"),
            ("assignment", "__setitem__"),
            ("nothing", "rebuilt"),
            ("the mode", "in eval mode"),
            ("the number of rows", "does not give"),
            ("the number of passes", "does not give"),
            ("drops always", "`dropout` drops in eval mode, too"),
            ("alpha drops always", "`alpha_dropout` drops in eval mode, too"),
            ("moves its statistics always", "moves its statistics in eval mode"),
            ("has its statistics in the input", "something else than buffers"),
        ],
    )
    def test_what_cannot_be_computed_again_is_named(self, student, x, kind, reason):
        assert reason in message(checks.rebuilt, checks.call(student("net"), kind), x, what="the net")

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("hooked", "the gradients that it gives"),
            ("frozen", "no gradient reaches `b.weight`"),
            ("tied", "two layers share a weight"),
            ("infinite", "not finite"),
            ("huge", "the outputs of it are not finite"),
            ("steep", "the gradients of it are not finite"),
            ("draws", "expected a torch module"),
        ],
    )
    def test_networks_that_are_not_what_they_seem(self, student, x, name, reason):
        model = checks.call(student(name), *([3] if name == "draws" else []))

        assert reason in message(checks.rebuilt, model, x, what="it")

    def test_numbers_that_share_their_place_are_copied(self, student, x):
        """A weight whose entries are all one number over there has entries of its own here."""
        model = checks.call(student("one_number"))
        network = checks.rebuilt(model, x)
        with torch.no_grad():
            network.original["b.weight"][0, 0] += 1

        assert len(set(network.original["b.weight"].flatten().tolist())) == 2
        assert len(set(checks.parameters(model)["b.weight"].ravel().tolist())) == 1


class TestOptimizers:
    @pytest.mark.parametrize("name", ["adam", "groups"])
    def test_it_steps_as_the_students_would(self, student, x, name):
        model = checks.call(student("net"))
        network = checks.rebuilt(model, x)
        optimizer = checks.in_place(student(name), model)
        own = checks.rebuilt_optimizer(optimizer, model, network)
        y = torch.tensor([0, 1, 1, 0, 1, 0, 0])
        checks.trained(network, own, x, y, steps=3, batch=7, seed=0)

        expected = Reference(checks.parameters(model))
        its_own = REFERENCE_OPTIMIZERS[name](expected)
        checks.trained(expected, its_own, x, y, steps=3, batch=7, seed=0)
        wanted = {key: p.detach().numpy() for key, p in expected.named_parameters()}
        checks.close({key: p.detach().numpy() for key, p in network.original.items()}, wanted, tolerance=1e-4)

    @pytest.mark.parametrize("kind", sorted(OPTIMIZERS))
    @pytest.mark.parametrize("settings", [{}, {"weight_decay": 0.1}, {"maximize": True}, {"lr": 0.3}])
    def test_each_of_torchs_own_steps_as_it_does_by_itself(self, kind, settings):
        """All tensors at once, one of which has no gradient, and one tensor after the other."""
        torch_kind = getattr(torch.optim, kind)
        if not set(settings) <= set(inspect.signature(torch_kind).parameters):
            settings = {}
        one, other, plain = nn.Linear(3, 5), nn.Linear(3, 5), nn.Linear(3, 5)
        for model in (other, plain):
            model.load_state_dict(one.state_dict())
        own = checks.rebuilt_optimizer(torch_kind(one.parameters(), **settings), one, other)
        its_own = torch_kind(plain.parameters(), foreach=False, **settings)
        for _ in range(5):
            gradient = torch.randn(5, 3)
            for model, optimizer in ((other, own), (plain, its_own)):
                model.weight.grad = gradient.clone()
                optimizer.step()

        assert not torch.equal(other.weight, one.weight)
        assert torch.allclose(other.weight, plain.weight, rtol=1e-4, atol=1e-5)
        assert torch.equal(other.bias, one.bias)

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("twice", "holds a parameter twice"),
            ("strange", "no parameter of the model"),
            ("bottomless", "no finite number"),
            ("closure", "LBFGS"),
            ("own", "your Own"),
            ("none", "is no optimizer"),
        ],
    )
    def test_what_is_no_optimizer_for_this_model_is_named(self, student, x, name, reason):
        model = checks.call(student("net"))
        network = checks.rebuilt(model, x)

        text = message(checks.rebuilt_optimizer, checks.in_place(student(name), model), model, network)
        assert reason in text


class Reference(nn.Module):
    """The checker's own form of `Net`."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(3, 5), nn.Linear(5, 5), nn.Linear(5, 2)
        self.load_state_dict({name: torch.tensor(p) for name, p in parameters.items()})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.c(torch.relu(self.b(torch.tanh(self.a(x)))))
        return logits


REFERENCE_OPTIMIZERS: dict[str, Callable[[Reference], Any]] = {
    "adam": lambda model: torch.optim.Adam(model.parameters(), lr=0.02, betas=(0.8, 0.99)),
    "groups": lambda model: torch.optim.SGD(
        [{"params": [model.a.weight], "lr": 0.5}, {"params": [model.c.bias, model.a.bias]}],
        lr=0.1,
        momentum=0.9,
    ),
}


class TestForgedDescriptions:
    """A description that nobody's network gave ends as a sentence, never as an error of ours."""

    NODES = (
        [("input", {}), ("softmax", {})],
        [("input", {}), ("relu", {"input": ("node", 5)})],
        [("input", {}), ("relu", {"input": ("node", 1)})],
        [("input", {}), ("relu", {"input": ("node", -1)})],
        [("input", {}), ("linear", {"input": ("node", 0), "weight": 3.0})],
        [
            ("input", {}),
            ("parameter", {"name": "missing"}),
            ("mul", {"input": ("node", 0), "other": ("node", 1)}),
        ],
        [("input", {}), ("mean", {"input": ("node", 0), "dim": {"a": 1}})],
        [("input", {}), ("foreign", {})],
        [
            ("input", {}),
            ("constant", {"value": "text"}),
            ("add", {"input": ("node", 0), "other": ("node", 1)}),
        ],
        [("relu", {"input": ("node", 0)})],
        [1, 2],
        "nodes",
        [("input", {})] * 6000,
        [("input", {}), *[("mul", {"input": ("node", n), "other": 1e30}) for n in range(40)]],
        [("input", {}), ("pow", {"input": ("node", 0), "exponent": 10**400})],
        [("input", {}), ("select", {"input": ("node", 0), "dim": 0, "index": 10**9})],
        [("input", {}), ("mean", {"input": ("node", 0), "dim": [("node", 0)]})],
        [("input", {}), ("linear", {"input": ("node", 0), "weight": ("node", 0)})],
        [
            ("input", {}),
            ("select", {"input": ("node", 0), "dim": 0, "index": 0}),
            ("batch_norm", {"input": ("node", 0), "running_mean": ("node", 1), "training": False}),
        ],
        [
            ("input", {}),
            ("constant", {"value": np.zeros((1 << 20, 1))}),
            ("constant", {"value": np.zeros((1, 1 << 20))}),
            ("mul", {"input": ("node", 1), "other": ("node", 2)}),
        ],
    )

    @pytest.mark.parametrize("nodes", NODES)
    def test_nodes_of_a_trace(self, x, nodes):
        class Forger:
            def _autograder_word(self, word: str, args: object) -> object:
                if word == "traces":
                    return [{"nodes": nodes, "output": ("node", len(nodes) - 1)}] * 2
                return {} if word in ("parameters", "buffers") else None

        assert len(message(checks.rebuilt, Forger(), x)) > 30

    @pytest.mark.parametrize(
        "weight",
        [
            np.zeros((0, 3)),
            np.zeros(3),
            np.zeros((4, 3, 1)),
            np.zeros((4, 5)),
            np.zeros((1001, 2000)),
            np.full((4, 3), np.nan),
            np.full((4, 3), 1e300),
            np.full((4, 3), 1j),
            np.full((4, 3), "1"),
            [[1.0] * 3] * 4,
            None,
        ],
        ids=lambda weight: str(getattr(weight, "shape", weight)),
    )
    def test_parameters(self, x, weight):
        """A weight of an impossible shape, size or kind; the network is a single layer of it."""
        nodes = [("input", {}), ("parameter", {"name": "w"})]
        nodes += [("linear", {"input": ("node", 0), "weight": ("node", 1)})]

        class Forger:
            def _autograder_word(self, word: str, args: object) -> object:
                if word == "traces":
                    return [{"nodes": nodes, "output": ("node", 2)}] * 2
                return {"w": weight} if word == "parameters" else {}

        assert len(message(checks.rebuilt, Forger(), x)) > 30

    @pytest.mark.parametrize(
        "told", [None, 3, [], [{}, {}], {"nodes": []}, [{"nodes": [("input", {})], "output": 1}] * 2]
    )
    def test_traces(self, x, told):
        class Forger:
            def _autograder_word(self, word: str, args: object) -> object:
                return told if word == "traces" else {}

        assert len(message(checks.rebuilt, Forger(), x)) > 30

    @pytest.mark.parametrize(
        "told",
        [
            3,
            {"class": "SGD"},
            {"class": "Optimizer", "groups": []},
            {"class": ["SGD"], "groups": []},
            {"class": "SGD", "groups": []},
            {"class": "SGD", "groups": [{"params": [["a"]], "settings": {"lr": 0.1}}]},
            {"class": "SGD", "groups": [{"params": ["weight"], "settings": {"lr": "fast"}}]},
            {"class": "SGD", "groups": [{"params": ["weight"], "settings": {"lr": {"a": 1}}}]},
        ],
    )
    def test_optimizers(self, told):
        class Forger:
            def _autograder_word(self, word: str, args: object) -> object:
                return told

        assert len(message(checks.rebuilt_optimizer, None, Forger(), nn.Linear(2, 2))) > 30


class TestMeasurements:
    """Ours are those of the course, written a second time: `concepts.real_depth` is what they are held against."""

    def test_they_agree_with_the_mathematics_of_the_course(self):
        torch.manual_seed(0)
        data, model = rescue.digits(), rescue.build_rescued(6, 12, 64, 10)
        x, y, x_new = data.x_train[:64], data.y_train[:64], data.x_test[:64]
        network = checks.rebuilt(model, x)
        own = torch.optim.Adam(network.parameters(), lr=1e-3)

        assert checks.layer_gradients(network, x, y) == pytest.approx(
            real_depth.weight_gradient_norms(model, x, y), rel=1e-4
        )
        losses = checks.trained(network, own, data.x_train, data.y_train, steps=25, batch=128, seed=3)
        assert losses == pytest.approx(
            rescue.train(model, rescue.configure_optimizer(model), data, steps=25, seed=3), rel=1e-4
        )
        assert checks.accuracy(network, x, y) == rescue.accuracy(model, x, y)
        found, expected = checks.examined(network, x_new), real_depth.examine_layers(model, x_new)
        assert [layer.reaches for layer in found] == [layer.reaches for layer in expected]
        for name in ("importance", "bend"):
            wanted = [getattr(layer, name) for layer in expected]
            assert [getattr(layer, name) for layer in found] == pytest.approx(wanted, rel=1e-3)
        assert checks.longest_chain(found) == 7

    @pytest.mark.parametrize("reply", [torch.rsqrt, torch.log, torch.sqrt])
    def test_a_layer_that_can_only_break_the_others_does_nothing(self, reply):
        """Held at its mean it makes the logits infinite or NaN, which is no share in the answer."""

        class Alarm(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.first, self.idle, self.last = nn.Linear(6, 5), nn.Linear(6, 5), nn.Linear(5, 3)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                spread = self.idle(x).var(dim=0, correction=0).sum()
                return self.last(torch.tanh(self.first(x)) + 1e-30 * reply(spread - 1e-9))

        torch.manual_seed(1)
        idle = checks.examined(Alarm(), torch.randn(32, 6))[0]

        assert (idle.importance, idle.bend) == (0.0, 0.0)

    def test_training_ends_at_a_loss_that_is_not_finite(self):
        data, model = rescue.digits(), nn.Sequential(nn.Linear(64, 10))
        own = torch.optim.SGD(model.parameters(), lr=1e38)
        losses = checks.trained(model, own, data.x_train, data.y_train, steps=50, batch=128, seed=0)

        assert len(losses) < 50 and not np.isfinite(losses[-1])


class TestSeeds:
    def test_a_seeded_call_repeats_what_torch_draws(self, student):
        first, second, other = (checks.seeded(n, student("draws"), 4) for n in (1, 1, 2))

        assert first == second != other

    def test_the_generator_goes_on_as_if_nothing_had_been(self, student):
        torch.manual_seed(5)
        expected = torch.randn(1).item()
        torch.manual_seed(5)
        checks.seeded(1, student("draws"), 4)

        assert torch.randn(1).item() == expected


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_one_of_torchs(operation):
    assert callable(function_of(operation))
    assert operation_named(operation) == operation
