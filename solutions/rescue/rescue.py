# %% [markdown]
# # The rescue: thirty layers that learn
#
# **Goal.** Thirty sigmoid layers are given that do not learn. You write the training step, choose the optimizer, and build a network of the same depth and width that does learn, and whose depth is real.
#
# **Time** about 150 minutes. **Points** 22 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “The rescue” (`book/rescue.md`); it stands on “Residual connections”, “Normalisation” and “Batch norm and clipping in PyTorch”.
#
# **How it works.** Three functions are to be written. Each has three hints of growing frankness, cells that check it, and an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# Steps 1 and 2 do not need each other; step 3 is trained with the optimizer of step 2.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - Batches come first: `x` is a float32 tensor of shape `(n, features)`, the labels `y` are an int64 tensor of shape `(n,)`.
# - A model gives *logits*, `(n, classes)`, without softmax.
# - The *hidden layers* of a model are all `nn.Linear` layers that a pass executes and that the logits depend on, but the last.
# - The *global norm* is the length of all gradients together, as one long vector.

# %% setup tags=["locked"]
import math
from collections import OrderedDict
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import nn

from autograder import checks

torch.set_num_threads(1)  # the tensors are small

DEPTH, WIDTH, PIXELS, CLASSES = 30, 64, 64, 10
STEPS, BATCH = 300, 128


class Failing(nn.Sequential):
    """The patient: sigmoid layers with weights of variance 1/n, as they were usual once."""

    def __init__(self, depth, width, n_in, n_out):
        layers = []
        for fan_in in [n_in] + [width] * (depth - 1):
            layers += [nn.Linear(fan_in, width), nn.Sigmoid()]
            nn.init.normal_(layers[-2].weight, std=fan_in**-0.5)
            nn.init.zeros_(layers[-2].bias)
        super().__init__(*layers, nn.Linear(width, n_out))


def draw(rng, *shape):
    """Return a tensor of standard normal numbers from a NumPy generator."""
    return torch.tensor(rng.normal(size=shape), dtype=torch.float32)


def digits(rng):
    """Return inputs and labels of 1300 digits to train on and of 497 others.

    Pixels stand in an order, and digits have names, drawn anew: a network of linear layers learns them all the same,
    and one that was trained elsewhere knows nothing about them.
    """
    # Reading the table by hand takes a fiftieth of the time of `sklearn.datasets.load_digits()`.
    table = np.loadtxt(
        Path(find_spec("sklearn").origin).parent / "datasets/data/digits.csv.gz", delimiter=","
    )
    table = rng.permutation(table)
    x = torch.tensor(table[:, rng.permutation(PIXELS)], dtype=torch.float32)
    y = torch.tensor(rng.permutation(CLASSES)[table[:, PIXELS].astype(int)])
    x = (x - x[:1300].mean()) / x[:1300].std()
    return x[:1300], y[:1300], x[1300:], y[1300:]


def small_model(rng, scale=1.0):
    """Return a network of two layers; all of its parameters are drawn."""
    layers = OrderedDict(first=nn.Linear(4, 6), f=nn.Tanh(), last=nn.Linear(6, 3))
    model = nn.Sequential(layers)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(scale * draw(rng, *parameter.shape))
    return model


def slopes(model, x, y):
    """Return the mean cross-entropy and its gradient by each parameter; the model stays as it is."""
    model = deepcopy(model)
    named = dict(model.named_parameters())
    error = nn.functional.cross_entropy(model(x), y)
    return error.item(), dict(zip(named, torch.autograd.grad(error, list(named.values()))))


def length(pieces):
    """Return the Euclidean length of all pieces together."""
    return float(sum(float((piece.double() ** 2).sum()) for piece in pieces) ** 0.5)


def moved(model, pieces, by):
    """Return the parameters as arrays by name, moved against the pieces, `by` times their length."""
    named = dict(model.named_parameters())
    return {name: (named[name] - by * pieces[name]).detach().numpy() for name in named}


def with_numbers(model, arrays):
    """Return a copy of the model with these parameters."""
    model = deepcopy(model)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.tensor(arrays[name]))
    return model


def own_copies(rng, build, configure, x):
    """Return the student's network and optimizer, rebuilt here from their description; the network is untrained."""
    model = checks.seeded(int(rng.integers(10**6)), build, DEPTH, WIDTH, PIXELS, CLASSES)
    network = checks.rebuilt(model, x[:32], what="your network", see="rescue#the-rules")
    optimizer = checks.in_place(configure, model)  # on itself: the optimizer holds its parameters
    return network, checks.rebuilt_optimizer(optimizer, model, network, what="your optimizer")


# %% [markdown]
# ## The patient
#
# `Failing(30, 64, 64, 10)` has thirty layers of 64 sigmoid units between the 64 pixels of a digit and its ten names.
# Each layer passes on about a quarter of the gradient, so that some $10^{-18}$ of it is left for the first layer; on the way up, all digits become one and the same vector.
# No amount of training helps: there is nothing to train with.
#
# You are going to write `training_step`, `configure_optimizer` and `build_rescued`. These limits hold:
#
# - **depth** at least 30 hidden layers, **width** at most 64 units each,
# - **steps** 300, on batches of 128 digits.
#
# ## Step 1. One clipped step
#
# One step of training on one batch, in this order: clear the gradients of the step before; compute the mean cross-entropy of the logits; go backward; **clip** the gradients of all parameters together, so that their global norm is at most 1.0 (shorter gradients stay as they are); let the optimizer step, once.
# Return the loss as it was *before* the update, a Python float.
#
# **Worked example.** For two classes and the logits $(0, 0)$ the loss is $\ln 2 = 0.693$. If the global norm of the gradient is 5, plain SGD with a learning rate of 0.1 moves the parameters by $0.1 \cdot 1.0$ in all, not by $0.1 \cdot 5$; if it is 0.2, by $0.1 \cdot 0.2$.


# %% training_step tags=["solution"]
def training_step(model, x, y, optimizer) -> float:
    """Do one step of training: mean cross-entropy, global norm clipped to 1.0, one step of the optimizer.

    Args:
        model: In training mode; gives logits; changed in place.
        x: Inputs of the batch, (n, features).
        y: Labels, (n,).
        optimizer: A torch optimizer that holds the model's parameters.

    Returns:
        The loss before the update, a Python float.
    """
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# PyTorch *adds* to `.grad`. And clipping changes `.grad`: when must it happen, so that the step sees it?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `zero_grad`, `nn.functional.cross_entropy`, `backward`, `nn.utils.clip_grad_norm_`, `step`, in this order. `.item()` takes the number out of a tensor.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# After `loss.backward()` comes `nn.utils.clip_grad_norm_(model.parameters(), …)`, then `optimizer.step()` and `return loss.item()`.
# </details>

# %% check_training_step tags=["check", "points=2"]
rng = checks.rng()
see = "rescue#one-clipped-step"
for short in (True, False, True):
    while True:
        model, x = small_model(rng, 0.3 if short else 1.5), draw(rng, 16, 4)
        y = torch.tensor(rng.integers(3, size=16))
        before, g = slopes(model, x, y)
        norm = length(g.values())
        if 0.2 < norm < 0.7 if short else norm > 1.5:
            break
    lr, allowed = float(rng.uniform(0.2, 0.5)), min(1.0, 1 / norm)
    old = {name: draw(rng, *piece.shape) * norm / 5 for name, piece in g.items()}
    sums = {name: g[name] + old[name] for name in g}
    after = moved(model, g, lr * allowed)
    second = slopes(with_numbers(model, after), x, y)
    twice = moved(with_numbers(model, after), second[1], lr * min(1.0, 1 / length(second[1].values())))
    each = {name: piece * min(1.0, 1 / length([piece])) for name, piece in g.items()}
    by_entry = {name: piece.clamp(-1.0, 1.0) for name, piece in g.items()}
    doubled = slopes(nn.Sequential(model, nn.Softmax(dim=1)), x, y)[0]
    for name, parameter in model.named_parameters():
        parameter.grad = old[name]
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    found, (trained, *_) = checks.with_arguments(training_step, model, x, y, optimizer)
    checks.close(
        found,
        before,
        what="the loss",
        tolerance=1e-4,
        see=see,
        mistaken_for={
            "This is the loss after the update.": second[0],
            "This is the sum over the batch: take the mean.": before * len(x),
            "This is the norm of the gradient.": norm,
            "A softmax was taken before the loss: `cross_entropy` wants logits, and takes its own.": doubled,
        },
    )
    checks.close(
        checks.parameters(trained, what="the trained model"),
        after,
        what="the parameters after the step",
        tolerance=1e-4,
        see=see,
        mistaken_for={
            "Nothing moved: is `optimizer.step()` missing, or were the gradients cleared before it?": moved(
                model, g, 0.0
            ),
            "The gradients of the step before are still in it: clear them first.": moved(
                model, sums, lr * min(1.0, 1 / length(sums.values()))
            ),
            "The gradient was not clipped to 1.0: not at all, only after the step, or to more.": moved(
                model, g, lr
            ),
            "A gradient shorter than 1.0 was stretched: it must stay as it is.": moved(model, g, lr / norm),
            "Each parameter was clipped by itself; take the norm of all together.": moved(model, each, lr),
            "Each entry was clipped by itself; take the norm of all together.": moved(model, by_entry, lr),
            "Two steps were made: one is asked for.": twice,
        },
    )

# The optimizer that was handed in does the step: here one with a memory, on two batches.
model = small_model(rng)
batches = [(draw(rng, 16, 4), torch.tensor(rng.integers(3, size=16))) for _ in range(2)]
_, (trained, _, _, its_optimizer) = checks.with_arguments(
    training_step, model, *batches[0], torch.optim.Adam(model.parameters(), lr=0.05)
)
checks.in_place(training_step, trained, *batches[1], its_optimizer)


def after_two(kind, remembers=True):
    """Return the parameters after two clipped steps; an optimizer that does not remember is made anew for each."""
    stepping = deepcopy(model)
    optimizer = kind(stepping.parameters(), lr=0.05)
    for x, y in batches:
        _, g = slopes(stepping, x, y)
        for name, parameter in stepping.named_parameters():
            parameter.grad = g[name] * min(1.0, 1 / length(g.values()))
        optimizer.step()
        optimizer = optimizer if remembers else kind(stepping.parameters(), lr=0.05)
    return checks.parameters(stepping)


checks.close(
    checks.parameters(trained, what="the trained model"),
    after_two(torch.optim.Adam),
    what="the parameters after two steps of the Adam that was handed in",
    tolerance=1e-3,
    see=see,
    mistaken_for={
        "These are two steps of plain SGD: let the optimizer that was handed in do the step.": after_two(
            torch.optim.SGD
        ),
        "Adam has forgotten its first step: an optimizer that is made anew in every call starts from nothing. "
        "Let the one that was handed in do the step.": after_two(torch.optim.Adam, remembers=False),
    },
)

# %% check_training_step__clips tags=["check", "points=3"]
rng = checks.rng()
see = "rescue#one-clipped-step"
for depth in (1, 5):
    layers = [nn.Linear(8, 16), nn.ReLU()]
    for _ in range(depth):
        layers += [nn.Linear(16, 16), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(16, 4))
    with torch.no_grad():
        for weight in (p for p in model.parameters() if p.dim() == 2):
            weight.copy_(draw(rng, *weight.shape) * (2 / weight.shape[1]) ** 0.5)
    x, y, lr = 300 * draw(rng, 32, 8), torch.tensor(rng.integers(4, size=32)), float(rng.uniform(0.1, 0.5))
    _, g = slopes(model, x, y)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    _, (trained, *_) = checks.with_arguments(training_step, model, x, y, optimizer)
    left, stood = checks.parameters(trained, what="the trained model"), checks.parameters(model)
    checks.that(
        set(left) == set(stood), "The model has other parameters after the step than before it.", see=see
    )
    way = float(sum(((left[name] - stood[name]) ** 2).sum() for name in stood) ** 0.5)
    checks.that(
        way <= 1.001 * lr,
        f"On inputs times 300 the gradient has the length {length(g.values()):.3g}. With a learning rate of {lr:.3g} "
        f"the weights moved by {way:.3g} in all; a clipped gradient allows {lr:.3g}.",
        see=see,
    )
    checks.close(
        left, moved(model, g, lr / length(g.values())), what="the parameters", tolerance=1e-3, see=see
    )
### BEGIN HIDDEN TESTS
from concepts import rescue as reference

for scale in (0.02, 1.0, 3.0):
    model, x, y = small_model(rng, scale), draw(rng, 20, 4), torch.tensor(rng.integers(3, size=20))
    found, (trained, *_) = checks.with_arguments(
        training_step, model, x, y, torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
    )
    loss = reference.training_step(model, x, y, torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9))
    checks.close(found, loss, tolerance=1e-4, what="the loss of another step")
    checks.close(
        checks.parameters(trained),
        checks.parameters(model),
        tolerance=1e-3,
        what="the parameters of another model",
    )
### END HIDDEN TESTS

# %% [markdown]
# The patient under your training step. What does the curve tell, and what does the norm of each layer's gradient?

# %% figure_patient
import matplotlib.pyplot as plt

torch.manual_seed(0)
x, y, x_new, y_new = digits(np.random.default_rng(0))
patient = Failing(DEPTH, WIDTH, PIXELS, CLASSES)
first = checks.layer_gradients(patient, x[:256], y[:256])
patient_losses = []
optimizer = torch.optim.Adam(patient.parameters(), lr=1e-3)
for _ in range(STEPS):
    rows = torch.randperm(len(x))[:BATCH]
    patient_losses.append(training_step(patient, x[rows], y[rows], optimizer))
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5))
left.plot(patient_losses)
left.axhline(math.log(10), color="gray", linestyle="--", label="ln 10: all digits alike")
left.set(xlabel="step", ylabel="loss", title=f"accuracy {checks.accuracy(patient, x_new, y_new):.1%}")
left.legend()
right.semilogy(range(1, DEPTH + 1), first, "o-")
right.set(xlabel="hidden layer", ylabel="norm of the weight gradient", title="before training")
figure.tight_layout()
plt.show()

# %% [markdown]
# ## Step 2. The optimizer
#
# Return an optimizer of `torch.optim` that holds **every** parameter of the model, each once.
# Which one, and with which settings, is up to you: 300 clipped steps are all that there is.
#
# One of these: `SGD` (with momentum, if you like), `Adam`, `AdamW`, `RMSprop`, `Adagrad`, `Adadelta`, `Adamax`, `NAdam`, `RAdam`, `Rprop`, `ASGD`. Its class and its settings are what counts; a schedule of learning rates is no part of it.
#
# The check tries it on a network of two layers, which must recognise 80 % of new digits after 300 steps.
#
# **Worked example.** Clipping bounds the gradient by 1. With plain SGD and a learning rate of 0.001 the parameters move by 0.3 at most in 300 steps, all 125 000 of them together. Is that enough? Adam moves each by up to 0.3.


# %% configure_optimizer tags=["solution"]
def configure_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    """Return the optimizer that trains a model for 300 clipped steps.

    Args:
        model: What is to be trained.

    Returns:
        One of torch's own, over all of the model's parameters.
    """
    ### BEGIN SOLUTION
    return torch.optim.Adam(model.parameters(), lr=1e-3)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Where do a model's parameters come from? And what happens to the length of a step of your optimizer when the gradient is short?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# One line: a class of `torch.optim`, `model.parameters()`, and a learning rate. With SGD look at the order of magnitude of the worked example, and think of momentum.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return torch.optim.Adam(…, lr=…)`; 0.001 is the usual size.
# </details>

# %% check_configure_optimizer tags=["check", "points=2"]
rng = checks.rng()
see = "rescue#the-optimizer"
normed = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 2))
for model in (small_model(rng), normed, Failing(4, 6, 5, 3)):
    plain = nn.Sequential(*model)
    result, (its_model,) = checks.with_arguments(configure_optimizer, plain)
    own = checks.rebuilt_optimizer(
        result, its_model, plain, what="the result of `configure_optimizer`", see=see
    )
    held = {id(p) for group in own.param_groups for p in group["params"]}
    missing = [name for name, p in plain.named_parameters() if id(p) not in held]
    checks.that(
        not missing,
        f"The optimizer does not hold {', '.join(f'`{name}`' for name in missing[:4])}: these would never move.",
        see=see,
    )

# %% check_configure_optimizer__trains tags=["check", "points=2"]
rng = checks.rng()
see = "rescue#the-optimizer"
x, y, x_new, y_new = digits(rng)
model = nn.Sequential(nn.Linear(PIXELS, WIDTH), nn.ReLU(), nn.Linear(WIDTH, CLASSES))
with torch.no_grad():
    for weight in (model[0].weight, model[2].weight):
        weight.copy_(draw(rng, *weight.shape) / weight.shape[1] ** 0.5)
result, (its_model,) = checks.with_arguments(configure_optimizer, model)
own = checks.rebuilt_optimizer(result, its_model, model, what="the result of `configure_optimizer`", see=see)
losses = checks.trained(model, own, x, y, steps=STEPS, batch=BATCH, seed=int(rng.integers(10**6)))
share = checks.accuracy(model, x_new, y_new)
checks.that(
    share >= 0.8,
    f"After 300 clipped steps a network of two layers recognises {100 * share:.1f} % of new digits, expected at least 80 %. "
    f"Its loss went from {losses[0]:.3g} to {losses[-1]:.3g}: "
    + (
        "the steps are too long, or lead uphill."
        if not losses[-1] < losses[0]
        else "the steps are too short, or they do not settle."
    ),
    see=see,
)

# %% [markdown]
# ## Step 3. The network
#
# Build a network that has the patient's depth and width, and learns.
#
# **The rules.** A check reads from your network which operations a pass executes, builds the same network from them, starting from your parameters, and measures, trains and disturbs *that* one. So:
#
# - Every linear layer is an `nn.Linear` (or `nn.functional.linear`) with a weight of its own.
# - Beside them you may use `BatchNorm1d`, `LayerNorm`, `RMSNorm`, `Dropout`, `AlphaDropout`; the activations ReLU, leaky ReLU, PReLU, ELU, SELU, CELU, GELU, SiLU, Mish, softplus, softsign, tanh, sigmoid and their like; sums, differences, products and quotients of tensors and numbers, powers, means and variances; parameters of your own as factors or summands.
# - A pass does the same things in eval mode as in training mode (dropout and batch norm know the mode themselves), whatever numbers come in. In eval mode it draws nothing and leaves all numbers as they are.
# - These the check cannot rebuild, and a network that needs them earns nothing, however well it learns: weights that are computed, as in weight normalisation; concatenation (`torch.cat`), convolutions, softmax and attention, other products of matrices; branches that are left out at random.
# - A branch that is multiplied by exactly 0 at the start lets no gradient through to its own layers, and a factor that stays tiny makes them idle. Begin with a small number instead.
# - What changes gradients on their way back (hooks, `detach`, `no_grad`, a `backward` of your own) is of no use: the check computes gradients of its own.
#
# **What is measured**, with a seed of the check's own before `build_rescued(30, 64, 64, 10)`:
#
# 1. *It is built as asked*: at least `depth` hidden layers of at most `width` units, each used once.
# 2. *The gradient arrives*: before training, on the first 256 samples, the norm of the weight gradient of the first hidden layer over that of the last one lies within [0.03, 30].
# 3. *It learns*: after 300 steps with your optimizer, as `training_step` does them, it recognises at least 90 % of new digits, in eval mode. A second training from another seed is tried if the first one fails.
# 4. *The depth is real*, after the same training: a chain of at least 30 hidden layers each of which depends on the one before; the weight of each hidden layer has moved by at least 0.001 (the norm of the difference); if the output of any one hidden layer is replaced by its mean over the batch, the logits change by at least 2 % ($\|\Delta\|/\|\text{logits}\|$, both less their mean over the classes, which the softmax does not see); and at least 15 hidden layers feed the next layer by a function that is not linear (it departs from a linear one by at least 3 %).
#
# The inputs are (digits − mean)/std as float32. The order of the pixels and the names of the digits are drawn anew each time, which makes no difference to linear layers.
#
# **Worked example.** A chain of two layers, $10 \to 10 \to 3$, with a shortcut around the second: `h = self.first(x)`, `h = h + 0.5 * torch.tanh(self.second(h))`, `return self.head(h)`. It has two hidden layers; the gradient of the first one has a way around the tanh, and does not vanish even if that is saturated.


# %% build_rescued tags=["solution"]
def build_rescued(depth: int, width: int, n_in: int, n_out: int) -> nn.Module:
    """Return a network with at least `depth` hidden linear layers of at most `width` units that learns.

    Args:
        depth: Least number of hidden layers, 3 or more.
        width: Largest number of units of a hidden layer.
        n_in: Inputs.
        n_out: Classes.

    Returns:
        A module that gives logits, (n, n_out), of inputs (n, n_in).
    """
    ### BEGIN SOLUTION
    blocks = math.ceil((depth - 1) / 2)

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.LayerNorm(width)
            self.up, self.down = nn.Linear(width, width), nn.Linear(width, width)
            nn.init.kaiming_normal_(self.up.weight, nonlinearity="relu")
            nn.init.normal_(self.down.weight, std=width**-0.5)

        def forward(self, h):
            return h + self.down(torch.relu(self.up(self.norm(h)))) / math.sqrt(blocks)

    stem, head = nn.Linear(n_in, width), nn.Linear(width, n_out)
    return nn.Sequential(stem, *(Block() for _ in range(blocks)), nn.LayerNorm(width), head)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What did the chapters do to a product of thirty factors? A sum beside it, a norm that sets the scale anew in each layer, or factors that are 1 on average. Which of them keeps the gradient *and* the signal?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# A class for one block: a norm, one or two linear layers with an activation, and a shortcut around all of it, `h + branch`. Make the branch smaller the more blocks there are. In front a linear layer that brings `n_in` to `width`, at the end one that brings `width` to `n_out`. Count the hidden layers: the one in front is one of them.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# In `forward` of the block: `return h + self.down(torch.relu(self.up(self.norm(h)))) / math.sqrt(…)`; with two layers in a block, `math.ceil((depth - 1) / 2)` blocks.
# </details>

# %% check_build_rescued tags=["check", "points=2"]
rng = checks.rng()
see = "rescue#the-rules"
for sizes in (
    tuple(int(n) for n in (rng.integers(4, 9), rng.integers(6, 20), 5, 3)),
    (7, 12, 9, 4),
    (30, 64, 64, 10),
):
    depth, width, n_in, n_out = sizes
    what = f"`build_rescued{sizes}`"
    model = checks.seeded(int(rng.integers(10**6)), build_rescued, *sizes)
    x = draw(rng, 16, n_in)
    network = checks.rebuilt(model, x, what=what, see=see)
    checks.shape(network(x).detach().numpy(), (16, n_out), what=f"the output of {what}", see=see)
    hidden = checks.executed(network, x)[:-1]
    checks.that(
        len(hidden) >= depth,
        f"{what} has {checks.counted(len(hidden), 'hidden layer')} that its logits depend on, "
        f"expected at least {depth}. The last linear layer is not hidden.",
        see=see,
    )
    widest = max(layer.out_features for layer in hidden)
    checks.that(
        widest <= width, f"{what} has a hidden layer of {widest} units; {width} are allowed.", see=see
    )
    once = len({id(layer) for layer in hidden}) == len(hidden)
    checks.that(once, f"{what} uses a hidden layer more than once: make {depth} of them.", see=see)

# %% check_build_rescued__gradient tags=["check", "points=3"]
rng = checks.rng()
see = "rescue#the-gradient-before-training"
x, y, *_ = digits(rng)
model = checks.seeded(int(rng.integers(10**6)), build_rescued, DEPTH, WIDTH, PIXELS, CLASSES)
network = checks.rebuilt(model, x[:32], what="your network", see="rescue#the-rules")
norms = checks.layer_gradients(network, x[:256], y[:256])
checks.that(
    len(norms) >= DEPTH,
    f"Your network has {checks.counted(len(norms), 'hidden layer')}, expected at least {DEPTH}.",
    see=see,
)
checks.that(
    norms[-1] > 0,
    "Before training, no gradient reaches the last hidden layer: is its branch multiplied by 0? "
    "A branch that starts small lets one through.",
    see=see,
)
ratio = norms[0] / norms[-1]
checks.that(
    0.03 <= ratio <= 30,
    f"Before training, the weight gradient of the first hidden layer has {ratio:.3g} times the norm of the last one's, "
    "expected 0.03 to 30. "
    + (
        "It vanishes on its way down: give it a way around the layers."
        if ratio < 0.03
        else "It grows on its way down: do the branches have to be smaller, or does batch norm stand in a chain "
        "without shortcuts?"
    ),
    see=see,
)

# %% check_build_rescued__trains tags=["check", "points=4"]
rng = checks.rng()
see = "rescue#it-learns"
x, y, x_new, y_new = digits(rng)
for _ in range(2):  # the better of two trainings counts: what is bad luck hardly comes twice
    network, optimizer = own_copies(rng, build_rescued, configure_optimizer, x)
    hidden = len(checks.executed(network, x[:2])) - 1
    checks.that(
        hidden >= DEPTH,
        f"Your network has {checks.counted(hidden, 'hidden layer')}, expected at least {DEPTH}.",
        see=see,
    )
    losses = checks.trained(network, optimizer, x, y, steps=STEPS, batch=BATCH, seed=int(rng.integers(10**6)))
    share = checks.accuracy(network, x_new, y_new)
    if share >= 0.9:
        break
checks.that(
    share >= 0.9,
    f"After {len(losses)} steps your network recognises {100 * share:.1f} % of new digits, expected at least 90 %. "
    f"Its loss went from {losses[0]:.3g} to {losses[-1]:.3g}: "
    + (
        "the training came apart; smaller steps, or smaller branches?"
        if not losses[-1] < 3
        else "it learned the training digits, and does something else in eval mode or on new ones."
        if losses[-1] < 0.2
        else "it has not learned enough; does a gradient reach all layers, and are the steps long enough?"
    ),
    see=see,
)

# %% check_build_rescued__depth tags=["check", "points=4"]
rng = checks.rng()
see = "rescue#is-the-depth-real"
x, y, x_new, y_new = digits(rng)
network, optimizer = own_copies(rng, build_rescued, configure_optimizer, x)
hidden = checks.executed(network, x[:2])[:-1]
checks.that(
    len({id(layer) for layer in hidden}) == len(hidden) >= DEPTH
    and max(layer.out_features for layer in hidden) <= WIDTH,
    f"Your network must execute at least {DEPTH} hidden layers of at most {WIDTH} units, each once.",
    see=see,
)
start = [layer.weight.detach().clone() for layer in hidden]
checks.trained(network, optimizer, x, y, steps=STEPS, batch=BATCH, seed=int(rng.integers(10**6)))
ways = [length([layer.weight.detach() - before]) for layer, before in zip(hidden, start)]
checks.that(
    all(way >= 1e-3 for way in ways),  # and none is NaN
    f"In 300 steps the weight of hidden layer {int(np.argmin(ways)) + 1} of {len(ways)} has moved by {min(ways):.2g}, "
    "expected at least 0.001: no gradient reaches it, or the optimizer does not hold it.",
    see=see,
)
layers = checks.examined(network, x_new[:256])
chain = checks.longest_chain(layers)
checks.that(
    chain >= DEPTH,
    f"The longest chain of hidden layers that depend on each other has {chain}, expected at least {DEPTH}: "
    "layers side by side make a network wide, not deep; and a layer that gives the same for all digits ends the chain.",
    see=see,
)
shares = [layer.importance for layer in layers]
checks.that(
    min(shares) >= 0.02,
    f"Replacing the output of hidden layer {int(np.argmin(shares)) + 1} of {len(shares)} by its mean changes the logits "
    f"by {100 * min(shares):.2f} %, expected at least 2 %: the network hardly uses it. "
    "Is its branch too small, or is there a way around that does all the work?",
    see=see,
)
bent = sum(layer.bend >= 0.03 for layer in layers)
checks.that(
    bent >= DEPTH // 2,
    f"A function that is not linear follows on {checks.counted(bent, 'hidden layer')}, expected on at least {DEPTH // 2}: "
    "linear layers behind each other are one linear layer.",
    see=see,
)

# %% [markdown]
# Your network beside the patient: the loss step by step, the gradient before training, and what the answer owes to each layer.

# %% figure_rescued
import matplotlib.pyplot as plt

torch.manual_seed(0)
x, y, x_new, y_new = digits(np.random.default_rng(0))
networks = {
    "the patient": Failing(DEPTH, WIDTH, PIXELS, CLASSES),
    "yours": build_rescued(DEPTH, WIDTH, PIXELS, CLASSES),
}
figure, axes = plt.subplots(1, 3, figsize=(12, 3.6))
for name, network in networks.items():
    gradients = checks.layer_gradients(network, x[:256], y[:256])
    optimizer, losses = configure_optimizer(network), []
    for _ in range(STEPS):
        rows = torch.randperm(len(x))[:BATCH]
        losses.append(training_step(network, x[rows], y[rows], optimizer))
    axes[0].plot(losses, label=f"{name}: {checks.accuracy(network, x_new, y_new):.1%}")
    axes[1].semilogy(range(1, len(gradients) + 1), gradients, "o-", markersize=3, label=name)
    shares = [max(layer.importance, 1e-8) for layer in checks.examined(network, x_new[:256])]
    axes[2].semilogy(range(1, len(shares) + 1), shares, "o-", markersize=3, label=name)
axes[0].set(xlabel="step", ylabel="loss", title="300 steps")
axes[0].legend(title="new digits")
axes[1].set(xlabel="hidden layer", ylabel="norm of the weight gradient", title="before training")
axes[2].axhline(0.02, color="gray", linestyle="--")
axes[2].set(xlabel="hidden layer", ylabel="change of the logits without it", title="after training")
figure.tight_layout()
plt.show()

# %% what_rescued_it [markdown] tags=["manual", "points=2"]
# ### Question: what rescued it?
#
# Take the parts of your rescue away one at a time (the shortcut, the norm, the activation, the initialisation, the optimizer; those that you have), measure again, and tell what you found in numbers.
# Which part does the rescue, which only helps, and which formula of the course says so?
#
# *Marked:* one point for an experiment that changes one part at a time, with numbers; one for the reason.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: at least two parts taken away one at a time, everything else as it was, each with an accuracy or a gradient ratio, at best over more than one seed.
# One point: the part without which the gradient is lost is named with its reason. For the reference: without the shortcut the gradient is a product of thirty factors again, and no optimizer helps; without the factor $1/\sqrt B$ signal and gradient grow with the depth, which norm and clipping mostly catch; without the norm it still trains, with a smaller margin; SGD with momentum in place of Adam trains it too, at a learning rate some fifty times as large.
# For a chain without shortcuts: the gain of the initialisation, or the norm, keeps each factor near 1.
# ### END SOLUTION

# %% is_accuracy_enough [markdown] tags=["manual", "points=2"]
# ### Question: is accuracy enough?
#
# Somebody hands in a network of thirty layers that recognises 95 % of new digits. Describe two ways in which twenty-nine of the layers may contribute nothing to it, and for each of them a measurement that shows it.
#
# *Marked:* one point for each way with its measurement.
#
# ### BEGIN SOLUTION
# *Rubric.* One point each for a way and the measurement that shows it, for instance: the layers stay as they were drawn and only the last is trained, which reaches 95 % on digits (the weights do not move); all branches are multiplied by a tiny number, and the shortcut carries a linear classifier (replacing a layer's output by its mean does not change the logits); thirty layers side by side (no chain); linear layers without an activation between them, which are one linear layer (the next input is a linear function).
# ### END SOLUTION
