"""Torch modules are read as plain numbers, in the notebook itself and across the bridge alike."""

from __future__ import annotations

import socket
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder import checks
from autograder.bridge.codec import pack
from autograder.bridge.modules import Shipment
from autograder.bridge.proxy import Conversation, Opaque
from autograder.bridge.wire import Wire
from autograder.checks import CheckFailed, NotWritten
from autograder.errors import BridgeError
from tests.autograder.notebooks import PLACES, reached

NOTEBOOK = """
import numpy as np
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, n=3, h=5):
        super().__init__()
        self.fc1 = nn.Linear(n, h)
        self.bn1 = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, 2)
    def forward(self, x):
        return self.fc2(torch.relu(self.bn1(self.fc1(x))))

class Cut(Net):
    def forward(self, x):
        return super().forward(x).detach()

class AsArray(Net):
    def forward(self, x):
        return super().forward(x).detach().numpy()

class Failing(Net):
    def forward(self, x):
        raise KeyError("no")

class Unwritten(Net):
    def forward(self, x):
        raise NotImplementedError()

class Remembering(Net):
    def forward(self, x):
        self.last = self.fc1(x)
        return self.fc2(torch.relu(self.bn1(self.last)))

class Liar(Net):
    __class__ = nn.Linear
    __eq__ = lambda self, other: True
    __hash__ = nn.Module.__hash__
    def named_parameters(self, *args, **kwargs): return iter([("fc1.weight", torch.zeros(1))])
    def parameters(self, *args, **kwargs): return iter([])
    def named_modules(self, *args, **kwargs): return iter([("fc1", nn.Linear(1, 1))])
    def state_dict(self, *args, **kwargs): return {}
    def modules(self): return iter([])
    def children(self): return iter([])
    def train(self, mode=True): return self
    def eval(self): return self

class Linear(nn.Linear):
    pass

class OwnLayer(Net):
    def __init__(self):
        super().__init__()
        self.fc1 = Linear(3, 5)

class Equal:
    __eq__ = lambda self, other: True
    __class__ = property(lambda self: nn.Module)
    __getattr__ = lambda self, name: self
    __call__ = lambda self, *args, **kwargs: self

def nothing():
    return 42.0

def step(model, x, y, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()

def grads(model):
    return {name: float(p.grad.norm()) for name, p in model.named_parameters() if p.grad is not None}

def evaluate(model, x):
    was = model.training
    model.eval()
    with torch.no_grad():
        found = [model(x[:2]), model(x[2:])]
    model.train(was)
    return torch.cat(found)

def forward(model, x):
    return model(x)
"""


@pytest.fixture(params=PLACES)
def student(request) -> Iterator[Callable[[str], Any]]:
    """Names of the notebook, as a check gets them in either place."""
    with reached(NOTEBOOK, request.param) as name:
        yield name


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(7, 3, generator=torch.Generator().manual_seed(0))


class Reference(nn.Module):
    """The checker's own form of `Net`."""

    def __init__(self, parameters: checks.modules.Arrays) -> None:
        super().__init__()
        self.fc1, self.bn1, self.fc2 = nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 2)
        self.load_state_dict({name: torch.tensor(p) for name, p in parameters.items()}, strict=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(torch.relu(self.bn1(self.fc1(x))))


def sequence() -> nn.Sequential:
    """A model of the checker's own, all of its parameters and running statistics drawn."""
    torch.manual_seed(1)
    layers = OrderedDict(
        look=checks.recorder(), fc=nn.Linear(3, 5), bn=nn.BatchNorm1d(5), out=nn.Linear(5, 2)
    )
    model = nn.Sequential(layers)
    nn.init.uniform_(model.bn.running_mean)
    return model


def message(word: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        word(*args, **kwargs)
    return str(caught.value)


class TestReading:
    def test_parameters_and_buffers_come_by_name(self, student):
        model = checks.call(student("Net"))

        assert list(checks.parameters(model)) == [
            *("fc1.weight", "fc1.bias", "bn1.weight", "bn1.bias", "fc2.weight", "fc2.bias")
        ]
        assert checks.parameters(model)["fc1.weight"].shape == (5, 3)
        assert checks.shapes(model) == {n: p.shape for n, p in checks.parameters(model).items()}
        assert list(checks.buffers(model)) == [
            "bn1.running_mean",
            "bn1.running_var",
            "bn1.num_batches_tracked",
        ]
        assert checks.gradients(model) == {}

    def test_layers_and_modes_come_by_name(self, student):
        model = checks.call(student("Net"))

        assert checks.layers(model) == [("fc1", "Linear"), ("bn1", "BatchNorm1d"), ("fc2", "Linear")]
        assert checks.training(model) == {"": True, "fc1": True, "bn1": True, "fc2": True}

    def test_a_class_of_the_students_is_not_torchs_of_the_same_name(self, student):
        assert checks.layers(checks.call(student("OwnLayer")))[0] == ("fc1", "your Linear")

    @pytest.mark.parametrize("training", [True, False])
    def test_a_pass_gives_what_the_parameters_give_elsewhere(self, student, x, training):
        model = checks.call(student("Net"))
        reference = Reference(checks.parameters(model)).train(training)
        grad_out = torch.ones(7, 2)

        found = checks.run(model, x, training=training, grad_out=grad_out)
        expected = reference(x)
        expected.backward(grad_out)

        checks.close(found.outputs, expected.detach().numpy())
        checks.close(found.gradients, {n: p.grad.numpy() for n, p in reference.named_parameters()}, scale=10)
        checks.close(found.buffers, {n: b.numpy() for n, b in reference.named_buffers()})

    def test_a_pass_leaves_the_module_as_it_was(self, student, x):
        model = checks.call(student("Net"))
        before = checks.buffers(model)
        checks.run(model, x, training=True, grad_out=torch.ones(7, 2))
        checks.run(model, x)

        checks.close(checks.buffers(model), before)
        assert checks.gradients(model) == {}
        assert set(checks.training(model).values()) == {True}

    def test_a_module_that_keeps_its_activations_is_read_twice(self, student, x):
        model = checks.call(student("Remembering"))

        first, second = (checks.run(model, x, grad_out=torch.ones(7, 2)).outputs for _ in range(2))
        checks.close(first, second)


class TestRefusals:
    @pytest.mark.parametrize("name", ["nothing", "Equal"])
    def test_what_is_no_module_is_described(self, student, name):
        found = checks.call(student(name))

        assert "expected a torch module" in message(checks.parameters, found, what="`it`")

    def test_what_a_class_says_of_itself_does_not_matter(self, student, x):
        model = checks.call(student("Liar"))

        assert checks.parameters(model)["fc1.weight"].shape == (5, 3)
        assert checks.shapes(model)["fc1.weight"] == (5, 3)
        assert len(checks.layers(model)) == 3
        checks.close(
            checks.run(model, x).outputs, Reference(checks.parameters(model)).eval()(x).detach().numpy()
        )

    @pytest.mark.parametrize("told", [None, [5, 3], {"w": [5, 3]}, {"w": (True,)}, {"w": 5}])
    def test_shapes_that_are_none_are_refused(self, monkeypatch, told):
        """A process whose code was replaced may answer with anything."""
        monkeypatch.setattr(checks.modules, "answer", lambda *_: told)

        assert "cannot be read" in message(checks.shapes, nn.Linear(3, 5))

    def test_outputs_without_a_graph_are_named(self, student, x):
        text = message(checks.run, checks.call(student("Cut")), x, grad_out=torch.ones(7, 2))

        assert "no gradient flows back" in text

    def test_outputs_that_are_no_tensor_are_named(self, student, x):
        assert "an array of shape (7, 2)" in message(checks.run, checks.call(student("AsArray")), x)

    def test_an_error_in_forward_is_told(self, student, x):
        assert "raised KeyError" in message(checks.run, checks.call(student("Failing")), x)

    def test_an_unwritten_forward_is_not_written(self, student, x):
        with pytest.raises(NotWritten):
            checks.run(checks.call(student("Unwritten")), x)


class TestOwnModules:
    def test_a_step_moves_a_copy_of_our_model_as_torch_moves_ours(self, student, x):
        """Through an optimizer with a memory, which holds the copy's own parameters."""
        model, y = sequence(), torch.tensor([0, 1, 1, 0, 1, 0, 0])
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        before = checks.parameters(model)
        result, after = checks.with_arguments(student("step"), model, x, y, nn.CrossEntropyLoss(), optimizer)
        losses, moved, theirs = [result], after[0], after[4]
        losses.append(checks.in_place(student("step"), moved, x, y, nn.CrossEntropyLoss(), theirs))
        checks.close(checks.parameters(model), before)

        expected = []
        for _ in range(2):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            expected.append(loss.item())

        checks.close(losses, expected)
        checks.close(checks.parameters(moved), checks.parameters(model), tolerance=1e-4)
        checks.close(checks.buffers(moved), checks.buffers(model))

    def test_gradients_go_along(self, student):
        model = sequence()
        model.fc.weight.grad = torch.full((5, 3), 2.0)

        checks.close(checks.call(student("grads"), model), {"fc.weight": float(2 * np.sqrt(15))})

    def test_settings_go_along(self, student, x):
        y = torch.tensor([0, 1, 1, 0, 1, 0, 0])
        for loss_fn in (nn.CrossEntropyLoss(label_smoothing=0.3), nn.functional.cross_entropy):
            model = sequence().eval()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            found = checks.call(student("step"), model, x, y, loss_fn, optimizer)

            checks.close(found, loss_fn(model(x), y).item())

    def test_a_recorder_tells_rows_mode_and_graph(self, student, x):
        for mode in (True, False):
            seen = checks.observe(student("evaluate"), sequence().train(mode), x)
            record = checks.recorded(seen.args[0])

            assert [(r.training, r.graph, len(r.x)) for r in record] == [(False, False, 2), (False, False, 5)]
            checks.close(np.concatenate([r.x for r in record]), x.numpy())
            assert checks.training(seen.args[0])[""] is mode

    def test_a_shared_parameter_stays_shared(self, student, x):
        model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
        model[1].weight = model[0].weight
        seen = checks.observe(student("forward"), model, x)

        assert list(checks.parameters(seen.args[0])) == ["0.weight", "0.bias", "1.bias"]


class TestCrossing:
    """What may cross, and in which direction."""

    @pytest.mark.parametrize(
        ("make", "reason"),
        [
            (lambda: Reference({}), "class Reference"),
            (lambda: nn.LSTM(2, 3), "class LSTM"),
            (lambda: hooked(), "hooks"),
            (lambda: stepped(), "fresh optimizer"),
        ],
    )
    def test_what_cannot_be_built_again_is_refused(self, make, reason):
        with pytest.raises(BridgeError, match=reason):
            Shipment().describe(make())

    @pytest.mark.parametrize("kind", ["module", "optimizer", "parameter"])
    def test_no_module_is_ever_built_on_our_side(self, kind):
        """A forged answer that describes one breaks the conversation."""
        ours, theirs = socket.socketpair()
        conversation = Conversation(Wire(ours, 1 << 20), 5.0)
        forged = f'{{"dict": [["reply", {{"int": "1"}}], ["value", {{"{kind}": {{"list": []}}}}]]}}'
        Wire(theirs, 1 << 20).send(forged.encode(), [])
        with ours, theirs, pytest.raises(BridgeError, match="malformed"):
            conversation.get("model")

    @pytest.mark.parametrize("word", ["parameters", "training", "layers", "recorded", "run"])
    @pytest.mark.parametrize("forged", [None, [1], {"x": "y"}, {1: 2}, 0.5, [("a", "b", "c", "d")], [None]])
    def test_a_forged_answer_is_a_failure(self, word, forged):
        class Forger:
            def _autograder_word(self, *_: object) -> object:
                return forged

        args = (torch.zeros(1),) if word == "run" else ()
        assert message(getattr(checks, word), Forger(), *args)

    def test_messages_hold_plain_data_only(self):
        shipment = Shipment()
        header, buffers = pack({"model": sequence()}, shipment.describe)

        assert b"pickle" not in header and len(buffers) == 9


def hooked() -> nn.Module:
    model = nn.Linear(2, 2)
    model.register_forward_hook(lambda *_: None)
    return model


def stepped() -> torch.optim.Optimizer:
    model = nn.Linear(2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.zeros(1, 2)).sum().backward()
    optimizer.step()
    return optimizer


def test_a_handle_is_opaque():
    model = Opaque(None, 0, "Net")

    with pytest.raises(TypeError):
        bool(model)
