r"""The patient of `concepts.rescue`, and every remedy of the course tried on it, alone and together.

`Plan` says what is changed, `outcomes` trains three networks by it and measures them, and `expected_ratio` is what the
theory of the chapters says about the gradient before training.  `book/rescue.md` discusses the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from concepts import greedy, side_by_side
from concepts.lstm import forget_bias_for
from concepts.rescue import BATCH, STEPS, WIDTH, digits
from concepts.side_by_side import Architecture, Statistics
from concepts.training import warmup_cosine

Array = NDArray[np.float64]

SEEDS = (0, 1, 2)
PATIENT = Architecture()
STARTS = ("xavier", "orthogonal", "matched", "pretrained")

#: What keeps an activation's signal: g of Var(w) = g²/n.  For the sigmoid 1/σ'(0), with the bias that centres it.
GAINS = {"sigmoid": 4.0, "tanh": 1.0, "relu": math.sqrt(2.0), "elu": 1.245, "silu": 1.677}
RATES = {"sgd": 0.1, "adam": 0.001}


@dataclass(frozen=True)
class Plan:
    """What is done to the patient; without arguments, nothing.

    Attributes:
        architecture: Activation, norm and path.
        start: One of `STARTS`; on layers of equal width Xavier's variance is 1/n, the patient's own.
        max_norm: Where the gradient's global norm is clipped.
        optimiser: "sgd" at the rate 0.1, or "adam" at 0.001.
        decay: Weight decay.
        warmup: Steps of a warm-up, after which the rate falls as a cosine; none for a constant rate.

    Raises:
        ValueError: For a start or an optimiser that is not known.
    """

    architecture: Architecture = PATIENT
    start: str = "xavier"
    max_norm: float = math.inf
    optimiser: str = "sgd"
    decay: float = 0.0
    warmup: int | None = None

    def __post_init__(self) -> None:
        for name, known in (("start", STARTS), ("optimiser", tuple(RATES))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {known}, not {getattr(self, name)!r}")


@dataclass(frozen=True)
class Outcome:
    """What came of the K networks of a plan, one a seed.

    Attributes:
        gradients: Norms of the hidden layers' weight gradients, before training, (K, L).
        spread: How much the top hidden layer differs from digit to digit, before training, (K,).
        costs: Mean cost of each step's batch, before the step, (steps, K).
        norms: Global norm of each step's gradient before clipping, (steps, K).
        accuracies: Share of held-out digits that are right after training, (K,).
    """

    gradients: Array
    spread: Array
    costs: Array
    norms: Array
    accuracies: Array

    @property
    def ratios(self) -> Array:
        """The gradient's norm in the first hidden layer over that in the last one, (K,)."""
        return np.asarray(self.gradients[:, 0] / self.gradients[:, -1])


def start(plan: Plan, seed: int) -> Tensor:
    """Draw one network's parameters, (P,).

    Args:
        plan: Its architecture and start count.
        seed: Of the draws.

    >>> bool((start(Plan(), 0) == start(Plan(max_norm=1.0), 0)).all())
    True
    """
    architecture, rng = plan.architecture, np.random.default_rng(seed)
    # All is drawn as PyTorch draws its layers; then the hidden ones are drawn anew.
    bound = 1.0 / math.sqrt(architecture.width)
    theta = torch.tensor(rng.uniform(-bound, bound, (1, architecture.parameters)), dtype=torch.float32)
    *layers, _ = architecture.parts(theta)
    for l, (W, b, *more) in enumerate(layers):
        if plan.start == "pretrained":
            W[0], b[0] = _prepared(seed, architecture.depth)[l]
        else:
            W[0], b[0] = torch.tensor(_weights(plan, rng)), 0.0
            if l and plan.start == "matched" and architecture.activation == "sigmoid":
                b[0] = -0.5 * W[0].sum(dim=1)  # signals between 0 and 1: their middle goes to z = 0
        if architecture.norm != "none":
            more[0][0], more[1][0] = 1.0, 0.0
        if architecture.path == "gates":
            more[-1][0] = -forget_bias_for(architecture.depth)
    return theta[0]


def _weights(plan: Plan, rng: np.random.Generator) -> Array:
    n = plan.architecture.width
    draws = rng.normal(size=(n, n))
    if plan.start == "orthogonal":
        return np.asarray(np.linalg.qr(draws)[0])
    return gain(plan) / math.sqrt(n) * draws


def gain(plan: Plan) -> float:
    """Return g, with which a plan draws its weights: Var(w) = g²/n.

    >>> gain(Plan()), gain(Plan(start="matched"))
    (1.0, 4.0)
    """
    return GAINS[plan.architecture.activation] if plan.start == "matched" else 1.0


@cache
def _prepared(seed: int, depth: int) -> list[tuple[Tensor, Tensor]]:
    """Prepare the layers one after the other as `greedy` does, on shifted and scaled pixels between 0 and 1."""
    x = digits().x_train.double().numpy()
    low, span = x.min(), x.max() - x.min()
    stack = greedy.pretrain((x - low) / span, [WIDTH] * depth, "sigmoid", np.random.default_rng(seed))
    W, b = stack[0]
    stack[0] = W / span, b - W.sum(axis=1) * low / span  # the first layer shifts and scales by itself
    return [(torch.tensor(W), torch.tensor(b)) for W, b in stack]


def measure(architecture: Architecture, theta: Tensor, n: int = 256) -> tuple[Array, Array]:
    """Measure networks before training: weight gradients by layer, (K, L), and the spread at the top, (K,).

    Args:
        architecture: Of the networks.
        theta: Parameters, (K, P).
        n: How many digits, the first ones, to measure with.
    """
    known, k = digits(), len(theta)
    x, y = known.x_train[:n].T.expand(k, -1, -1), known.y_train[:n].expand(k, -1)
    gradients = side_by_side.weight_gradient_norms(architecture, theta, x, y)
    with torch.no_grad():
        top = side_by_side.forward(architecture, theta, x)[-2].double()
    return gradients.numpy(), top.var(dim=2, correction=0).mean(dim=1).sqrt().numpy()


def train(
    plans: Sequence[Plan], seeds: Sequence[int], steps: int = STEPS, batch: int = BATCH
) -> list[Outcome]:
    """Train the networks of some plans side by side, one a plan and seed; the same seed has the same batches.

    The training ends early if all costs are infinite.

    Args:
        plans: They agree in their architecture.
        seeds: Of weights and batches.
        steps: How many.
        batch: Examples of one step.

    Raises:
        ValueError: When the plans differ in their architecture.
    """
    architecture, known, k = plans[0].architecture, digits(), len(plans) * len(seeds)
    if any(plan.architecture != architecture for plan in plans):
        raise ValueError("networks that train side by side have the same architecture")
    starts = _starts(plans, seeds)
    measured = {name: measure(architecture, theta) for name, theta in starts.items()}
    thetas = [starts[plan.start].clone() for plan in plans]
    optimisers = [_optimiser(plan, theta.requires_grad_()) for plan, theta in zip(plans, thetas, strict=True)]
    rows = torch.stack([batches(len(known.x_train), steps, batch, seed) for seed in seeds], dim=1)
    statistics = Statistics(architecture, k)
    costs, norms = np.full((2, steps, len(plans), len(seeds)), np.nan)
    for t, chosen in enumerate(rows.repeat(1, len(plans), 1)):
        x, y = known.x_train[chosen].transpose(1, 2), known.y_train[chosen]
        logits = side_by_side.forward(architecture, torch.cat(thetas), x, statistics)[-1]
        cost = side_by_side.costs(logits, y)
        cost.sum().backward()  # type: ignore[no-untyped-call]  # torch's own types are incomplete here
        costs[t] = cost.detach().view(len(plans), -1)
        if not np.isfinite(costs[t]).any():
            break
        for i, (plan, theta, optimiser) in enumerate(zip(plans, thetas, optimisers, strict=True)):
            norms[t, i] = _step(plan, theta, optimiser, t, steps)
    with torch.no_grad():
        x = known.x_test.T.expand(k, -1, -1)
        logits = side_by_side.forward(architecture, torch.cat(thetas), x, statistics, training=False)[-1]
    right = (logits.argmax(dim=1) == known.y_test).double().mean(dim=1).view(len(plans), -1).numpy()
    return [
        Outcome(*measured[plan.start], costs[:, i], norms[:, i], right[i]) for i, plan in enumerate(plans)
    ]


def _starts(plans: Sequence[Plan], seeds: Sequence[int]) -> dict[str, Tensor]:
    """Draw the networks of plans of one architecture, (K, P) by the name of a start: alike starts are drawn once."""
    alike = {plan.start: plan for plan in plans}
    return {name: torch.stack([start(plan, seed) for seed in seeds]) for name, plan in alike.items()}


def _optimiser(plan: Plan, theta: Tensor) -> torch.optim.Optimizer:
    kind = torch.optim.Adam if plan.optimiser == "adam" else torch.optim.SGD
    return kind([theta], lr=RATES[plan.optimiser], weight_decay=plan.decay)


def _step(plan: Plan, theta: Tensor, optimiser: torch.optim.Optimizer, t: int, steps: int) -> Array:
    """Do step t with the gradient of `theta`; return each network's norm before clipping."""
    assert theta.grad is not None
    norms = side_by_side.clip(theta.grad, torch.full((len(theta),), plan.max_norm))
    if plan.warmup is not None:
        optimiser.param_groups[0]["lr"] = warmup_cosine(RATES[plan.optimiser], t, plan.warmup, steps)
    optimiser.step()
    optimiser.zero_grad()
    return np.asarray(norms)


def batches(n: int, steps: int, batch: int, seed: int) -> Tensor:
    """Return the examples of each step, (steps, batch): without replacement, reshuffled when they are used up.

    >>> sorted(batches(4, 3, 2, seed=0)[:2].ravel().tolist())
    [0, 1, 2, 3]
    """
    generator = torch.Generator().manual_seed(seed)
    each = n // batch
    epochs = [torch.randperm(n, generator=generator)[: each * batch] for _ in range(-(-steps // each))]
    return torch.cat(epochs).view(-1, batch)[:steps]


#: A top layer that differs by less than this from digit to digit gives its classifier nothing to learn from.
BLIND, BLIND_STEPS = 1e-4, 30


def outcomes(plans: Sequence[Plan]) -> list[Outcome]:
    """Train the networks of some plans in the setting of the assignment, 300 steps on batches of 128, three seeds.

    If the top layers are blind at the start, all of them, the networks get 30 steps.

    Args:
        plans: They agree in their architecture.
    """
    thetas = torch.cat(list(_starts(plans, SEEDS).values()))
    blind = measure(plans[0].architecture, thetas)[1].max() < BLIND
    return train(plans, SEEDS, BLIND_STEPS if blind else STEPS)
