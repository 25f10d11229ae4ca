# %% [markdown]
# # Batch norm and clipping at work in PyTorch
#
# **Goal.** You build a network with batch norm, write the training step that clips the gradient and tells how long it was, measure where the gradients are, compute an honest accuracy, and put it all together into a training that can be repeated.
#
# **Time** about 100 minutes. **Points** 19 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Batch norm and clipping in PyTorch” (`book/pytorch.md`).
#
# **How it works.** Each step has one function or class to write, three hints of growing frankness, cells that check it, and an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# Steps 1 to 4 do not need each other; step 5 uses your `train_step`.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - Batches come first: `x` is a float32 tensor of shape `(n, features)`, the labels `y` are an int64 tensor of shape `(n,)`.
# - A model gives *logits*, `(n, classes)`, without softmax; `nn.CrossEntropyLoss` has the softmax in it and takes the mean over the batch.
# - Where a Python number is asked for, a tensor will not do: `.item()` takes the number out of it.
# - The *global norm* is the length of all gradients together, as one long vector.

# %% setup tags=["locked"]
from collections import OrderedDict
from contextlib import contextmanager
from copy import deepcopy

import numpy as np
import torch
from torch import nn

from autograder import checks

torch.set_num_threads(1)  # the tensors are small


def draw(rng, *shape):
    """Return a tensor of standard normal numbers from a NumPy generator."""
    return torch.tensor(rng.normal(size=shape), dtype=torch.float32)


def small_model(rng, n_in=4, n_hidden=6, n_out=3, recorder=False):
    """Return a small network with batch norm; a recorder in front notes what the model is used on."""
    layers = OrderedDict(recorder=checks.recorder()) if recorder else OrderedDict()
    layers |= OrderedDict(
        first=nn.Linear(n_in, n_hidden),
        norm=nn.BatchNorm1d(n_hidden),
        relu=nn.ReLU(),
        last=nn.Linear(n_hidden, n_out),
    )
    model = nn.Sequential(layers)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(draw(rng, *parameter.shape) * 0.7)
    return model


@contextmanager
def unchanged(model, training):
    """Put the model into a mode for a while; the mode and the running statistics that it had come back."""
    had, kept = model.training, [buffer.clone() for buffer in model.buffers()]
    model.train(training)
    yield
    model.train(had)
    for buffer, before in zip(model.buffers(), kept):
        buffer.copy_(before)


def passed(model, x, y, loss_fn):
    """Return the loss and the gradient by each parameter; batch norm has noted the batch then."""
    named = dict(model.named_parameters())
    error = loss_fn(model(x), y)
    return error.item(), dict(zip(named, torch.autograd.grad(error, list(named.values()))))


def slopes(model, x, y, loss_fn):
    """Return the loss and the gradient by each parameter; the model stays as it is."""
    with unchanged(model, training=True):
        return passed(model, x, y, loss_fn)


def logits(model, x, training):
    """Return the logits in a mode; the model stays as it is."""
    with unchanged(model, training), torch.no_grad():
        return model(x)


def length(pieces):
    """Return the Euclidean length of all pieces together."""
    return float(sum(float((piece**2).sum()) for piece in pieces) ** 0.5)


def moved(model, pieces, by):
    """Return the parameters as arrays by name, moved against the pieces, `by` times their length."""
    named = dict(model.named_parameters())
    return {name: (named[name] - by * pieces[name]).detach().numpy() for name in named}


def clear(model, rng, n, size=1.0):
    """Return n inputs on which the model in eval mode is not undecided between two classes."""
    rows = torch.zeros(0, 4)
    while len(rows) < n:
        x = size * draw(rng, 2 * n, 4)
        top = logits(model, x, training=False).topk(2, dim=1).values
        rows = torch.cat([rows, x[top[:, 0] - top[:, 1] > 1e-3]])
    return rows[:n]


def judged(rng, n=40):
    """Return a model, inputs, labels, and the accuracy in eval mode and in training mode, which differ."""
    while True:
        model = small_model(rng, recorder=True)
        model.norm.running_mean.copy_(draw(rng, 6) * 2)
        model.norm.running_var.copy_(draw(rng, 6) ** 2 + 0.2)
        x = clear(model, rng, n, size=2.0)
        answers = [logits(model, x, training).argmax(dim=1) for training in (False, True)]
        model.recorder.seen.clear()
        y = torch.where(torch.tensor(rng.random(n) < 0.7), answers[0], torch.tensor(rng.integers(3, size=n)))
        accuracies = [float((answer == y).double().mean()) for answer in answers]
        if 0.3 < accuracies[0] < 0.95 and abs(accuracies[0] - accuracies[1]) > 0.1:
            return model, x, y, *accuracies


def batches_of(model, x, see):
    """Return the rows of each training pass over `x`, as the recorder in the model saw them."""
    rows = {row.numpy().tobytes(): index for index, row in enumerate(x)}
    seen = [
        each.x.astype(np.float32)
        for each in checks.recorded(model, what="the model")
        if each.training and each.graph
    ]
    checks.that(
        len(seen) > 0, "The model has not been trained: it never saw a batch in training mode.", see=see
    )
    found = [[rows.get(row.tobytes()) for row in batch] for batch in seen]
    strange = any(row is None for batch in found for row in batch)
    checks.that(not strange, "The model was trained on inputs that are not rows of `x`.", see=see)
    return found


def replayed(model, x, y, batches, lr, max_norm):
    """Return the loss of each batch, and the parameters after all of them."""
    model, losses = deepcopy(model), []
    for rows in batches:
        loss, g = passed(model, x[rows], y[rows], nn.functional.cross_entropy)
        by = lr * min(1.0, max_norm / length(g.values()))
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter -= by * g[name]
        losses.append(loss)
    return losses, {name: p.detach().numpy() for name, p in model.named_parameters()}


# %% [markdown]
# ## Step 1. A network with batch norm
#
# The network of this chapter has one hidden layer:
#
# $$x \;\to\; \texttt{fc1} \;\to\; \texttt{bn1} \;\to\; \texttt{relu} \;\to\; \texttt{fc2} \;\to\; \text{logits}.$$
#
# These four are attributes of those names: `nn.Linear`, `nn.BatchNorm1d`, `nn.ReLU`, `nn.Linear`, all as PyTorch makes them (with biases).
# They are made once, in `__init__`; `forward` only uses them.
# What comes out are logits: no softmax.
# You may draw the weights in another way than PyTorch does; but units of `fc1` that start equal stay equal (chapter `xavier`).
#
# **Worked example.** `SimpleNN(4, 3, 2)` has the parameters `fc1.weight` of shape `(3, 4)`, `fc1.bias` `(3,)`, `bn1.weight` `(3,)`, `bn1.bias` `(3,)`, `fc2.weight` `(2, 3)` and `fc2.bias` `(2,)`.


# %% SimpleNN tags=["solution"]
class SimpleNN(nn.Module):
    """Linear → batch norm → ReLU → Linear, as the attributes fc1, bn1, relu, fc2.

    Args:
        n_in: Inputs.
        n_hidden: Hidden units.
        n_out: Classes.
    """

    def __init__(self, n_in: int = 784, n_hidden: int = 512, n_out: int = 10):
        super().__init__()
        ### BEGIN SOLUTION
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.bn1 = nn.BatchNorm1d(n_hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(n_hidden, n_out)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits, (n, n_out), of inputs (n, n_in)."""
        ### BEGIN SOLUTION
        hidden = self.relu(self.bn1(self.fc1(x)))
        return self.fc2(hidden)
        ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# A layer is an object: make it once, keep it in `self`, call it like a function. Which sizes does each of the four need?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `nn.Linear(inputs, outputs)`, `nn.BatchNorm1d(units)`, `nn.ReLU()`. In `forward`, hand the result of one to the next; batch norm stands *before* the ReLU.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `self.fc1 = nn.Linear(n_in, …)`, `self.bn1 = nn.BatchNorm1d(…)`, …; in `forward`: `return self.fc2(self.relu(…))`.
# </details>

# %% check_SimpleNN tags=["check", "points=2"]
rng = checks.rng()
sizes = tuple(int(n) for n in rng.choice(np.arange(2, 20), size=3, replace=False))
for n_in, n_hidden, n_out in (sizes, (784, 512, 10)):
    args = () if n_in == 784 else sizes
    what = f"`SimpleNN{args}`"
    model = checks.call(SimpleNN, *args)
    expected = {
        "fc1.weight": [n_hidden, n_in],
        "fc1.bias": [n_hidden],
        "bn1.weight": [n_hidden],
        "bn1.bias": [n_hidden],
        "fc2.weight": [n_out, n_hidden],
        "fc2.bias": [n_out],
    }
    see = "pytorch#a-network-with-batch-norm"
    checks.close(
        checks.shapes(model, what=what),
        expected,
        what=f"the shapes of the parameters of {what}",
        see=see,
        mistaken_for={
            "PyTorch sees no layers: make them in `__init__`, each as an attribute of its own.": {}
        },
    )
    types = dict(checks.layers(model, what=what))
    for name, kind in (("fc1", "Linear"), ("bn1", "BatchNorm1d"), ("relu", "ReLU"), ("fc2", "Linear")):
        wrong = f"`{name}` is {types.get(name, 'missing')}, expected `nn.{kind}`."
        checks.that(types.get(name) == kind, wrong, see=see)

# %% check_SimpleNN__outputs tags=["check", "points=2"]
rng = checks.rng()
n_in, n_hidden, n_out, n = 5, 7, 3, int(rng.integers(8, 20))
x = draw(rng, n, n_in) * 2 + 1
see = "pytorch#a-network-with-batch-norm"
model = checks.call(SimpleNN, n_in, n_hidden, n_out)
own = checks.parameters(model, what="`SimpleNN`")


def by_hand(mode, order="norm, relu", softmax=False):
    """Compute the logits from the model's parameters in NumPy."""

    def norm(z):
        mean, variance = (z.mean(axis=0), z.var(axis=0)) if mode == "training" else (0.0, 1.0)
        return (z - mean) / np.sqrt(variance + 1e-5) * own["bn1.weight"] + own["bn1.bias"]

    z = x.numpy().astype(float) @ own["fc1.weight"].T + own["fc1.bias"]
    for layer in order.split(", "):
        z = {"norm": norm, "relu": lambda z: np.maximum(z, 0), "": lambda z: z}[layer](z)
    logits = z @ own["fc2.weight"].T + own["fc2.bias"]
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True) if softmax else logits


checks.close(
    {name: list(p.shape) for name, p in own.items()},
    {
        "fc1.weight": [n_hidden, n_in],
        "fc1.bias": [n_hidden],
        "bn1.weight": [n_hidden],
        "bn1.bias": [n_hidden],
        "fc2.weight": [n_out, n_hidden],
        "fc2.bias": [n_out],
    },
    what="the shapes of the parameters of `SimpleNN`",
    see=see,
)
checks.that(
    len(np.unique(own["fc1.weight"], axis=0)) == n_hidden,
    "hidden units of `fc1` have equal weights, so they will learn the same: leave the weights as PyTorch draws them.",
    see="xavier#why-random-at-all",
)
for mode in ("training", "eval"):
    found = checks.run(model, x, training=mode == "training", what="`SimpleNN`", see=see)
    checks.close(
        found.outputs,
        by_hand(mode),
        what=f"the output of `SimpleNN` in {mode} mode",
        tolerance=1e-4,
        see=see,
        mistaken_for=lambda: {
            "These are probabilities: leave the softmax to the loss.": by_hand(mode, softmax=True),
            "Your batch norm stands behind the ReLU; its place is before it.": by_hand(mode, "relu, norm"),
            "The ReLU is missing.": by_hand(mode, "norm"),
            "The batch norm is not used.": by_hand(mode, "relu"),
            "Batch norm and ReLU are not used.": by_hand(mode, ""),
            "There is another ReLU behind fc2: logits may be negative.": np.maximum(by_hand(mode), 0),
            "In this mode batch norm must use "
            + ("the batch." if mode == "training" else "the running statistics."): by_hand(
                "eval" if mode == "training" else "training"
            ),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import pytorch as reference

for n_in, n_hidden, n_out, n, modes in ((3, 8, 4, 6, (True, False, True)), (20, 5, 2, 50, (False, True))):
    model = checks.call(SimpleNN, n_in, n_hidden, n_out)
    theirs = reference.SimpleNN(n_in, n_hidden, n_out)
    own = {name: torch.tensor(p) for name, p in checks.parameters(model).items()}
    checks.close(
        {name: list(p.shape) for name, p in own.items()},
        {name: list(p.shape) for name, p in theirs.named_parameters()},
        what="the shapes of the parameters",
    )
    theirs.load_state_dict(own, strict=False)
    for training in modes:
        x, grad_out = draw(rng, n, n_in), draw(rng, n, n_out)
        theirs.train(training).zero_grad()
        expected = theirs(x)
        expected.backward(grad_out)
        found = checks.run(model, x, training=training, grad_out=grad_out, what="`SimpleNN`")
        checks.close(
            found.outputs, expected.detach().numpy(), tolerance=1e-4, what="the output of `SimpleNN`"
        )
        checks.close(
            found.gradients,
            {name: p.grad.numpy() for name, p in theirs.named_parameters()},
            tolerance=1e-4,
            scale=float(expected.detach().abs().max()) * n,
            what="the gradients of `SimpleNN`",
        )
        if training:
            checks.close(
                found.buffers,
                {name: b.double().numpy() for name, b in theirs.named_buffers()},
                tolerance=1e-4,
                what="the running statistics of `SimpleNN`",
            )
        with torch.no_grad():  # theirs must forget this pass, as the student's has
            theirs.bn1.reset_running_stats()
### END HIDDEN TESTS

# %% figure_batch_norm
import matplotlib.pyplot as plt

torch.manual_seed(0)
model, x = SimpleNN(20, 200, 3), torch.randn(256, 20) * 5 + 2
with torch.no_grad():
    z = model.fc1(x)
    normed = model.bn1(z)
figure, axes = plt.subplots(figsize=(7, 3.5))
bins = np.linspace(-12, 12, 121)
axes.hist(z.flatten().numpy(), bins, density=True, alpha=0.6, label="behind fc1")
axes.hist(normed.flatten().numpy(), bins, density=True, alpha=0.6, label="behind bn1")
axes.set(
    xlabel="pre-activation", ylabel="density", title="Whatever comes in, ReLU sees mean 0 and variance 1"
)
axes.legend()
plt.show()

# %% [markdown]
# ## Step 2. One training step
#
# One step on one batch, in this order:
#
# 1. clear the gradients of the step before (PyTorch *adds* to `.grad`),
# 2. compute the loss,
# 3. go backward,
# 4. clip: if the global norm of all gradients is above `max_norm`, multiply all of them by one factor that makes it `max_norm`,
# 5. let the optimizer step, once.
#
# Return the loss as it was *before* the update, and the global norm as it was *before* clipping: a norm that was cut off tells nothing about the training.
# Both are Python floats.
#
# **Worked example.** A model without a bias predicts $w x$ with $w = 1$. For $x = 1$, $y = 3$ the squared error is $(1 - 3)^2 = 4$ and its gradient $2(1 - 3) = -4$.
# With `max_norm=1` and a learning rate of 0.1 the step returns `(4.0, 4.0)`, and $w$ moves by $0.1 \cdot 1$ to 1.1, not by $0.1 \cdot 4$.


# %% train_step tags=["solution"]
def train_step(model, x, y, loss_fn, optimizer, max_norm) -> tuple[float, float]:
    """Do one step of training: clear, forward, backward, clip, update.

    Args:
        model: The model, in training mode; changed in place.
        x: Inputs of the batch.
        y: What they belong to.
        loss_fn: Called as loss_fn(outputs, y); gives a scalar tensor.
        optimizer: A torch optimizer that holds the model's parameters.
        max_norm: Largest global norm of the gradient that is left as it is.

    Returns:
        The loss before the update and the global norm before clipping, two Python floats.
    """
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    grad_norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The list above is the function; each item is one line. What does `torch.nn.utils.clip_grad_norm_` return?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `optimizer.zero_grad()`, then the loss, `loss.backward()`, `nn.utils.clip_grad_norm_(model.parameters(), …)`, which returns the norm that it found before it clipped, then `optimizer.step()`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `grad_norm = nn.utils.clip_grad_norm_(…)` between `backward` and `step`; at the end `return loss.item(), grad_norm.item()`.
# </details>

# %% check_train_step tags=["check", "points=3"]
rng = checks.rng()
see = "pytorch#one-training-step"
loss_fn = nn.CrossEntropyLoss()
for share in (0.2, 3.0):  # of the gradient's length; at 3 there is nothing to clip
    model, x = small_model(rng), draw(rng, 12, 4)
    y = torch.tensor(rng.integers(3, size=12))
    before, g = slopes(model, x, y, loss_fn)
    norm = length(g.values())
    max_norm, lr = share * norm, 1.0 / norm
    old = {name: draw(rng, *piece.shape) * norm / 5 for name, piece in g.items()}
    sums = {name: g[name] + old[name] for name in g}
    after = moved(model, g, lr * min(1.0, share))
    apart = {name: piece * min(1.0, max_norm / (length([piece]) + 1e-6)) for name, piece in g.items()}
    for name, parameter in model.named_parameters():
        parameter.grad = old[name]

    def later():
        """Return the loss and the gradient of the next step on the same batch."""
        model.load_state_dict({name: torch.tensor(value) for name, value in after.items()}, strict=False)
        return slopes(model, x, y, loss_fn)

    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    result, (trained, *_) = checks.with_arguments(train_step, model, x, y, loss_fn, optimizer, max_norm)
    loss_found, norm_found = checks.items(result, 2, what="the result of `train_step`", see=see)
    checks.close(
        loss_found,
        before,
        what="the loss",
        tolerance=1e-4,
        see=see,
        mistaken_for=lambda: {
            "A softmax was taken before the loss: this loss wants logits, and takes its own.": slopes(
                model, x, y, lambda logits, labels: loss_fn(logits.softmax(dim=1), labels)
            )[0],
            "This is the loss after the update.": later()[0],
            "This is the sum over the batch: return what the loss function gives.": before * len(x),
            "This is the norm: the loss comes first.": norm,
        },
    )
    checks.close(
        norm_found,
        norm,
        what="the gradient's norm",
        tolerance=1e-4,
        see=see,
        mistaken_for=lambda: {
            "This is the norm after clipping; it is asked for as it was before.": min(norm, max_norm),
            "The gradients of an earlier step are still in it: clear them first.": length(sums.values()),
            "This is the norm of the earlier step's gradient: clip after `backward`.": length(old.values()),
            "This is the sum of the parameters' norms; take all entries as one vector.": sum(
                length([piece]) for piece in g.values()
            ),
            "This is the square of the norm.": norm**2,
            "This is the norm after the update: it belongs to the step that comes next.": length(
                later()[1].values()
            ),
            "This is the largest entry, not the length.": max(float(p.abs().max()) for p in g.values()),
        },
    )
    checks.close(
        checks.parameters(trained, what="the model after `train_step`"),
        after,
        what=f"after a step with max_norm = {share:g} times the norm, the model's parameters",
        tolerance=1e-4,
        see=see,
        mistaken_for=lambda: {
            "The parameters have not moved: the optimizer must step.": moved(model, g, 0.0),
            "The gradient was not clipped when the optimizer stepped.": moved(model, g, lr),
            "The optimizer stepped twice.": moved(model, g, 2 * lr * min(1.0, share)),
            "The optimizer stepped twice, once before clipping.": moved(model, g, lr * (1 + min(1.0, share))),
            "The gradient was stretched to the length max_norm although it was shorter.": moved(
                model, g, lr * share
            ),
            "Each parameter was clipped by itself; there is one factor for all.": moved(model, apart, lr),
            "Each entry was clipped by itself; there is one factor for all.": moved(
                model, {name: piece.clamp(-max_norm, max_norm) for name, piece in g.items()}, lr
            ),
            "The gradient of an earlier step was added.": moved(
                model, sums, lr * min(1.0, max_norm / length(sums.values()))
            ),
            "The gradient of an earlier step was added, and nothing clipped.": moved(model, sums, lr),
            "The step went uphill.": moved(model, g, -lr * min(1.0, share)),
        },
    )

# %% check_train_step__any_optimizer tags=["check", "points=2"]
rng = checks.rng()
see = "pytorch#one-training-step"
model, x = small_model(rng, n_out=2), draw(rng, 10, 4)
y = draw(rng, 10, 2)
loss_fn = nn.MSELoss()
before, g = slopes(model, x, y, loss_fn)
norm = length(g.values())
decay = {name: g[name] / 2 + 0.3 * p.detach() for name, p in model.named_parameters()}
optimizer = torch.optim.SGD(model.parameters(), lr=0.5, weight_decay=0.3)
result, (trained, *_) = checks.with_arguments(train_step, model, x, y, loss_fn, optimizer, norm / 2)
checks.close(
    checks.items(result, 2, what="the result of `train_step`", see=see)[0],
    before,
    what="the loss of the `loss_fn` that was handed in",
    tolerance=1e-4,
    see=see,
)
checks.close(
    checks.parameters(trained, what="the model after `train_step`"),
    moved(model, decay, 0.5),
    what="the parameters after a step of the `optimizer` that was handed in",
    tolerance=1e-4,
    see=see,
    mistaken_for=lambda: {
        "The weight decay of the optimizer is missing: let the optimizer step.": moved(model, g, 0.25)
    },
)
### BEGIN HIDDEN TESTS
from concepts import pytorch as reference

for make in (
    lambda p: torch.optim.Adam(p, lr=0.05),
    lambda p: torch.optim.SGD(p, lr=0.2, momentum=0.9),
):
    model = small_model(rng)
    twin = deepcopy(model)
    ours, optimizer = make(twin.parameters()), make(model.parameters())
    loss_fn, found, expected = nn.CrossEntropyLoss(label_smoothing=0.2), [], []
    for step in range(2):
        x, y = draw(rng, 9, 4), torch.tensor(rng.integers(3, size=9))
        max_norm = float(rng.uniform(0.05, 0.4))
        args = (model, x, y, loss_fn, optimizer, max_norm)
        if step == 0:
            result, after = checks.with_arguments(train_step, *args)
            model, optimizer = after[0], after[4]  # where the function runs; they go on from there
        else:
            result = checks.in_place(train_step, *args)
        found.append(result)
        expected.append(reference.train_step(twin, x, y, loss_fn, ours, max_norm))
    checks.close(found, expected, what="loss and norm of each of two steps", tolerance=1e-3)
    trained = checks.parameters(model)
    for name, parameter in twin.named_parameters():
        if name != "first.bias":  # its gradient is rounding, which Adam makes large
            checks.close(
                trained.get(name),
                parameter.detach().numpy(),
                what=f"`{name}` after two steps",
                tolerance=2e-3,
            )
### END HIDDEN TESTS

# %% figure_norms
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

digits = load_digits()
X = torch.tensor(digits.data / 16 - 0.3, dtype=torch.float32)
Y = torch.tensor(digits.target)
figure, axes = plt.subplots(figsize=(7, 4))
for max_norm in (float("inf"), 1.0):
    torch.manual_seed(0)
    model = SimpleNN(64, 128, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    norms = [
        train_step(model, X[rows], Y[rows], nn.CrossEntropyLoss(), optimizer, max_norm)[1]
        for rows in torch.randperm(len(X)).split(32)
    ]
    axes.plot(norms, label=f"max_norm = {max_norm}")
axes.set(xlabel="step", ylabel="norm before clipping", title="Which norms does your network have?")
axes.legend()
plt.show()

# %% [markdown]
# ## Step 3. Where the gradients are
#
# One number for the whole gradient does not tell which layer it is in.
# Return a dictionary: name of the parameter → Euclidean norm of its gradient, a Python float, for every parameter *that has a gradient*.
# Before the first backward pass, and for frozen parameters, `.grad` is `None`: these are left out.
# A gradient of zeros is a gradient; its norm is 0.
# The names are those of `model.named_parameters()`.
#
# **Worked example.** After `nn.Linear(2, 1)(torch.tensor([[3.0, 4.0]])).sum().backward()` the norms are `{"weight": 5.0, "bias": 1.0}`.


# %% gradient_norms tags=["solution"]
def gradient_norms(model: nn.Module) -> dict[str, float]:
    """Return the Euclidean norm of each parameter's gradient, by the parameter's name.

    Args:
        model: Any module; it stays as it is.

    Returns:
        Name → norm, a Python float, for the parameters that have a gradient.
    """
    ### BEGIN SOLUTION
    return {
        name: parameter.grad.norm().item()
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `model.named_parameters()` gives pairs of a name and a parameter. Where does a parameter keep its gradient?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Go through the pairs; skip a parameter whose `.grad` is `None`; take the norm of the others, as a Python number.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `{name: p.grad.norm().item() for name, p in … if p.grad is not …}`.
# </details>

# %% check_gradient_norms tags=["check", "points=2"]
rng = checks.rng()
see = "pytorch#where-the-gradients-are"
for missing in ((), ("first.weight", "norm.weight", "last.bias")):
    model = small_model(rng)
    named = dict(model.named_parameters())
    with_gradient = [name for name in named if name not in missing]
    for name in with_gradient:
        named[name].grad = draw(rng, *named[name].shape) * 10 ** rng.uniform(-3, 2)
    named["last.weight"].grad = torch.zeros(3, 6)
    g = {name: named[name].grad.numpy().astype(float) for name in with_gradient}

    def each(measure, names=with_gradient):
        return {name: float(measure(g[name])) for name in names}

    found = checks.call(gradient_norms, model)
    for name in missing:
        reason = f"`{name}` has no gradient, its `.grad` is None: leave it out of the result."
        checks.that(type(found) is not dict or name not in found, reason, see=see)
    checks.close(
        found,
        each(np.linalg.norm),
        what="the dictionary of norms",
        see=see,
        mistaken_for=lambda: {
            "These are squares of norms.": each(lambda p: np.sum(p**2)),
            "These are sums of absolute values.": each(lambda p: np.sum(np.abs(p))),
            "These are largest entries.": each(lambda p: np.max(np.abs(p))),
            "These are root mean squares: a norm is not divided by the number of entries.": each(
                lambda p: np.sqrt(np.mean(p**2))
            ),
            "These are means of absolute values.": each(lambda p: np.mean(np.abs(p))),
            "These are norms of the parameters, not of their gradients.": {
                name: float(named[name].detach().norm()) for name in with_gradient
            },
            "For matrices this is the spectral norm; take all entries as one vector.": each(
                lambda p: np.linalg.norm(p, 2)
            ),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import pytorch as reference

bare = small_model(rng)
checks.close(checks.call(gradient_norms, bare), {}, what="the dictionary of a model without gradients")
for _ in range(2):
    model = small_model(rng, n_in=5, n_hidden=4, n_out=2)
    frozen = str(rng.choice(["first.weight", "norm.weight", "last.bias"]))
    dict(model.named_parameters())[frozen].requires_grad_(False)
    model(draw(rng, 8, 5)).square().mean().backward()
    found, (after,) = checks.with_arguments(gradient_norms, model)
    expected = reference.gradient_norms(model)
    checks.close(
        found, expected, what="the dictionary of norms", tolerance=1e-4, scale=max(expected.values())
    )
    checks.close(
        checks.gradients(after),
        {name: p.grad.numpy() for name, p in model.named_parameters() if p.grad is not None},
        what="the gradients after `gradient_norms`",
        scale=max(expected.values()),
    )
### END HIDDEN TESTS

# %% figure_where
import matplotlib.pyplot as plt

torch.manual_seed(0)
figure, axes = plt.subplots(figsize=(7, 4))
for depth in (2, 10):
    sizes = [64] + [64] * depth
    layers = [layer for i in range(depth) for layer in (nn.Linear(64, 64), nn.Sigmoid())]
    model = nn.Sequential(*layers, nn.Linear(64, 10))
    nn.functional.cross_entropy(model(torch.randn(128, 64)), torch.arange(128) % 10).backward()
    norms = [norm for name, norm in gradient_norms(model).items() if name.endswith("weight")]
    axes.semilogy(range(1, len(norms) + 1), norms, "o-", label=f"{depth} sigmoid layers")
axes.set(
    xlabel="layer",
    ylabel="norm of the weight's gradient",
    title="Vanishing gradients, seen in one line of code",
)
axes.legend()
plt.show()

# %% [markdown]
# ## Step 4. An honest accuracy
#
# The accuracy is the share of samples whose largest logit stands at the right class: a Python float from 0 to 1.
# To be honest it is computed
#
# - in **eval mode**, so that batch norm uses what it learned and no sample depends on its neighbours,
# - **without building a graph** (`torch.no_grad`): two different switches, and neither implies the other,
# - leaving the model **in the mode that it was in**: who evaluates in the middle of a training must not end the training mode, and who evaluates a finished model must not begin it again.
#
# **Worked example.** Logits `[[2, 1], [0, 3], [1, 0], [5, 4]]` and labels `[0, 1, 1, 0]`: three of four are right, 0.75.


# %% evaluate tags=["solution"]
def evaluate(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> float:
    """Return the accuracy of a model, in eval mode and without a graph.

    Args:
        model: Gives logits, (n, classes); afterwards it is in the mode in which it was before.
        x: Inputs, (n, features).
        y: Labels, (n,), from 0.

    Returns:
        The share of right answers, a Python float from 0 to 1.
    """
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    with torch.no_grad():
        predicted = model(x).argmax(dim=1)
    model.train(was_training)
    return (predicted == y).double().mean().item()
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `model.training` says in which mode a model is. What do you have to keep before you change it?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Keep the mode; `model.eval()`; within `torch.no_grad()` take the `argmax` of the logits over the classes; put the mode back with `model.train(kept)`; return the mean of the comparison with `y`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `predicted = model(x).argmax(dim=…)` under `with torch.no_grad():`; `return (predicted == y).double().mean().item()`.
# </details>

# %% check_evaluate tags=["check", "points=2"]
rng = checks.rng()
see = "pytorch#an-honest-accuracy"


for training in (True, False):
    model, x, y, accuracy, in_training = judged(rng)
    checks.close(
        checks.call(evaluate, model.train(training), x, y),
        accuracy,
        what=f"the accuracy of a model in {'training' if training else 'eval'} mode",
        see=see,
        mistaken_for={
            "This is the accuracy in training mode: batch norm used this batch's statistics.": in_training,
            "This is in percent; a share from 0 to 1 is asked for.": 100 * accuracy,
            "This is the number of right answers: divide by the number of samples.": accuracy * len(x),
            "This is the share of wrong answers.": 1 - accuracy,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import pytorch as reference

for n in (1, 100):
    model = small_model(rng, n_out=4)
    x, y = clear(model, rng, n), torch.tensor(rng.integers(4, size=n))
    checks.close(checks.call(evaluate, model, x, y), reference.evaluate(model, x, y), what="the accuracy")
### END HIDDEN TESTS

# %% check_evaluate__leaves_the_model tags=["check", "points=2"]
rng = checks.rng()
see = "pytorch#an-honest-accuracy"
for training in (True, False):
    model, x, y, accuracy, _ = judged(rng)
    model.train(training)
    for parameter in model.parameters():
        parameter.grad = draw(rng, *parameter.shape)
    statistics = {name: b.double().numpy() for name, b in model.named_buffers()}
    found, (after, *_) = checks.with_arguments(evaluate, model, x, y)
    checks.close(found, accuracy, what="the accuracy", see=see)
    passes = checks.recorded(after, what="the model")
    rows = sum(len(each.x) for each in passes)
    checks.that(rows > 0, "The model was never called on your inputs.", see=see)
    checks.that(
        not any(each.training for each in passes),
        "The model was called in training mode: `model.eval()`.",
        see=see,
    )
    checks.that(
        not any(each.graph for each in passes),
        "A graph was built for a backward pass that never comes: call the model under `torch.no_grad()`.",
        see=see,
    )
    modes = set(checks.training(after, what="the model").values())
    wanted, left = ("training", "eval") if training else ("eval", "training")
    checks.that(
        modes == {training},
        f"The model came in {wanted} mode and was left in {left} mode: keep `model.training` and put it back.",
        see=see,
    )
    checks.close(checks.buffers(after), statistics, what="the running statistics afterwards", see=see)

# %% [markdown]
# ## Step 5. A whole training
#
# Put it together: cross-entropy (`nn.CrossEntropyLoss`), plain SGD (`torch.optim.SGD` with the learning rate `lr` and nothing else), and your `train_step`.
#
# - One generator, `torch.Generator().manual_seed(seed)`, made once, decides the order of all epochs; **each epoch has an order of its own**, each sample once.
# - Batches of `batch_size` in that order; **the last one has what is left and is used, too**. Only if a single sample is left it is dropped for this epoch: batch norm has no variance of one row.
# - The loss of an epoch is the mean over the samples that it used, each loss taken before its update, as `train_step` returns it (the mean over its batches passes, too).
#
# The model is trained in place; the function returns the losses of the epochs, in order.
#
# **Worked example.** 23 samples in batches of 5: four batches of 5 and one of 3, in each epoch. 21 samples in batches of 5: four batches of 5; the sample that is left over is another one in each epoch.


# %% train tags=["solution"]
def train(model, x, y, epochs, batch_size, lr, max_norm, seed) -> list[float]:
    """Train a classifier with cross-entropy and plain SGD, clipped, reshuffled every epoch.

    Args:
        model: In training mode; trained in place.
        x: Inputs, (n, features).
        y: Labels, (n,).
        epochs: How often each sample is used.
        batch_size: Samples in a batch; the last one has what is left, and is dropped if that is one sample.
        lr: Learning rate.
        max_norm: Bound on the global norm of each step's gradient.
        seed: Of the generator that decides all orders.

    Returns:
        The mean loss of each epoch, a list of Python floats.
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss_fn = nn.CrossEntropyLoss()
    losses = []
    for _ in range(epochs):
        total, samples = 0.0, 0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            if len(rows) == 1:
                continue
            loss, _ = train_step(model, x[rows], y[rows], loss_fn, optimizer, max_norm)
            total += loss * len(rows)
            samples += len(rows)
        losses.append(total / samples)
    return losses
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Two loops: over epochs, and in it over batches. What has to be made once, what in each epoch?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Once: generator, optimizer, loss function. In each epoch: `torch.randperm(len(x), generator=…)`, cut into pieces of `batch_size` with `.split`. For each piece of more than one row: `train_step` on `x[rows]` and `y[rows]`, and add up its loss times the number of rows.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `for rows in torch.randperm(len(x), generator=generator).split(batch_size):`, then `if len(rows) == …: continue`, then `loss, norm = train_step(…)`; at the end of an epoch `losses.append(total / samples)`.
# </details>

# %% check_train tags=["check", "points=2"]
rng = checks.rng()
see = "pytorch#a-whole-training"


for n, batch_size, epochs, max_norm in ((22, 6, 2, 0.5), (17, 8, 2, 100.0)):
    model, x = small_model(rng, recorder=True), draw(rng, n, 4)
    y, lr = torch.tensor(rng.integers(3, size=n)), float(rng.uniform(0.2, 0.5))
    args = (model, x, y, epochs, batch_size, lr, max_norm, int(rng.integers(1000)))
    losses, (trained, *_) = checks.with_arguments(train, *args)
    batches = batches_of(trained, x, see)
    expected, parameters = replayed(model, x, y, batches, lr, max_norm)
    losses = checks.items(losses, epochs, what="the list of epoch losses", see=see)
    share = len(batches) // epochs
    checks.that(share * epochs == len(batches), "The epochs have different numbers of batches.", see=see)
    parts = [slice(share * e, share * (e + 1)) for e in range(epochs)]
    means = [float(np.average(expected[p], weights=[len(b) for b in batches[p]])) for p in parts]
    over_batches = [float(np.mean(expected[p])) for p in parts]
    for e, loss in enumerate(losses):
        near = (
            abs(checks.number(loss, what="an epoch's loss", see=see) - over_batches[e])
            < 1e-3 * over_batches[e]
        )
        checks.close(
            over_batches[e] if near else loss,
            over_batches[e] if near else means[e],
            what=f"the loss of epoch {e}",
            tolerance=1e-3,
            see=see,
            mistaken_for=lambda: {
                "This is a sum over the batches: take the mean.": float(np.sum(expected[parts[e]])),
                "This is the loss of the last batch alone.": expected[parts[e]][-1],
                "This is the loss of the first batch alone.": expected[parts[e]][0],
                "The sum was divided by the number of samples, not of batches.": float(
                    np.sum(expected[parts[e]]) / n
                ),
            },
        )
    checks.close(
        checks.parameters(trained, what="the trained model"),
        parameters,
        what="the trained parameters",
        tolerance=1e-3,
        see=see,
        mistaken_for=lambda: {
            "The gradients were not clipped at `max_norm`.": replayed(model, x, y, batches, lr, 1e9)[1]
        },
    )

# %% check_train__batches tags=["check", "points=2"]
rng = checks.rng()
see = "pytorch#a-whole-training"
# At least 16 samples: an honest order repeats another, or that in which they came, once in 16! = 2e13.
for n, batch_size, epochs, others in ((19, 8, 2, (0, 1)), (17, 4, 3, ()), (16, 8, 2, ())):
    x, y = draw(rng, n, 4), torch.tensor(rng.integers(3, size=n))
    model = small_model(rng, recorder=True)
    seed = int(rng.integers(1000))
    orders, models = [], []
    for own in (seed, *(seed + other for other in others)):
        _, (trained, *_) = checks.with_arguments(train, model, x, y, epochs, batch_size, 0.05, 1.0, own)
        orders.append(batches_of(trained, x, see))
        models.append(trained)
    first = orders[0]
    sizes = [batch_size] * (n // batch_size) + ([n % batch_size] if n % batch_size > 1 else [])
    what = f"{n} samples in batches of {batch_size}"
    found = [len(batch) for batch in first]
    forgot = len(sizes) * batch_size > n and found == [batch_size] * (n // batch_size) * epochs
    checks.that(not forgot, f"{what}: the last batch, of {n % batch_size}, was not used.", see=see)
    checks.that(
        found == sizes * epochs,
        f"{what}, {epochs} epochs: the sizes of the batches were {found}, expected {sizes} in each epoch.",
        see=see,
    )
    per_epoch = [sum(first[e * len(sizes) : (e + 1) * len(sizes)], []) for e in range(epochs)]
    once = all(len(set(rows)) == len(rows) for rows in per_epoch)
    checks.that(once, "Within an epoch a sample was used twice: take each once, in a random order.", see=see)
    shuffled = all(rows != sorted(rows) for rows in per_epoch)
    checks.that(shuffled, "The samples were used in the order in which they came: shuffle them.", see=see)
    fresh = len({tuple(rows) for rows in per_epoch}) == epochs
    checks.that(fresh, "The order was the same in two epochs: draw a new one in each.", see=see)
    for other, order in zip(others, orders[1:]):
        which = "Another seed gave the same" if other else "The same seed gave another"
        right = (order != first) if other else (order == first)
        checks.that(right, f"{which} order: use a generator of that seed.", see=see)
    if others:  # once: check_train replays each of its trainings
        checks.close(
            checks.parameters(models[0], what="the trained model"),
            replayed(model, x, y, first, 0.05, 1.0)[1],
            what="the parameters after these batches",
            tolerance=1e-3,
            see=see,
        )

# %% figure_training
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

digits = load_digits()
small = torch.tensor(digits.images / 16, dtype=torch.float32)[:, None]
X = nn.functional.interpolate(small, size=(28, 28), mode="bilinear").flatten(1)
Y = torch.tensor(digits.target)
order = torch.randperm(len(X), generator=torch.Generator().manual_seed(0))
fit, held_out = order[:1300], order[1300:]
X = (X - X[fit].mean()) / X[fit].std()
figure, axes = plt.subplots(figsize=(7, 4))
for max_norm in (0.1, 1.0, 4.0, float("inf")):
    torch.manual_seed(0)
    model = SimpleNN()
    losses = train(model, X[fit], Y[fit], 6, 64, 0.01, max_norm, 0)
    accuracy = evaluate(model, X[held_out], Y[held_out])
    axes.plot(range(1, 7), losses, "o-", label=f"max_norm = {max_norm}: {accuracy:.1%}")
axes.set(xlabel="epoch", ylabel="loss", title="Digits, 784–512–10, learning rate 0.01")
axes.legend(title="accuracy on held-out digits")
plt.show()

# %% choose_threshold [markdown] tags=["manual", "points=2"]
# ### Question: a threshold of one's own
#
# Many examples write `max_norm=1.0`. Look at the norms that your network has (the figures of steps 2 and 5).
# Which share of the steps does 1.0 clip here, and what does it do to the training? How would you choose the threshold instead, and against what does it then protect?
#
# *Marked:* one point for what 1.0 does here, one for the choice.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: at a learning rate of 0.01 nearly all norms lie above 1, so nearly every step is clipped; what is left is the gradient's direction with a fixed length, a smaller learning rate in disguise, and the training is slower.
# One point: measure the norms of a healthy training without clipping and take a high percentile (the 90th or 95th, say), so that ordinary steps stay as they are and only the rare large one is cut; this is an insurance against single steps that would throw the weights away, no remedy for vanishing gradients or a bad initialisation.
# ### END SOLUTION

# %% find_the_slips [markdown] tags=["manual", "points=2"]
# ### Question: find the slips
#
# A training function from a forum, for a network with batch norm:
#
# ```python
# for epoch in range(10):
#     for x, y in loader:
#         loss = criterion(torch.softmax(model(x), dim=1), y)   # criterion = nn.CrossEntropyLoss()
#         loss.backward()
#         optimizer.step()
#         torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
#     with torch.no_grad():
#         print((model(x_test).argmax(1) == y_test).float().mean())
# ```
#
# Name four things that are wrong, and say of each what it does.
#
# *Marked:* half a point for each.
#
# ### BEGIN SOLUTION
# *Rubric.* Half a point each: the softmax is applied twice, since the criterion has one in it, which flattens the outputs and weakens the gradients; the gradients are never cleared, so each step uses the sum of all before; it clips after the step, so the step is not clipped at all; the test runs in training mode, so batch norm uses the test batch's statistics, the answers depend on the neighbours, and the running statistics are polluted by test data (`no_grad` does not change the mode).
# ### END SOLUTION
