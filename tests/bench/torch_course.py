"""A small assignment in PyTorch, for the bench of a course in which none stands yet."""

from __future__ import annotations

from pathlib import Path

from autograder.release import release

SLUG = "deep_torch"
SOURCE = '''\
# %% setup tags=["locked"]
import numpy as np
import torch
from torch import nn

from autograder import checks

# %% he_layer tags=["solution"]
def he_layer(fan_in: int, fan_out: int, seed: int) -> torch.Tensor:
    """Draw a layer's weights with He's variance, of shape (fan_out, fan_in)."""
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(fan_out, fan_in, generator=generator) * (2 / fan_in) ** 0.5
    ### END SOLUTION

# %% check_he_layer tags=["check", "points=2"]
for fan_in, fan_out in ((600, 300), (300, 600)):
    W = checks.call(he_layer, fan_in, fan_out, int(checks.rng().integers(1000)))
    checks.shape(W, (fan_out, fan_in))
    checks.std(W, (2 / fan_in) ** 0.5)

# %% input_gradient tags=["solution"]
def input_gradient(weights: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Return the gradient by x of the sum of a ReLU network's outputs."""
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_(True)
    a = x
    for W in weights:
        a = torch.relu(a @ W.T)
    a.sum().backward()
    return x.grad
    ### END SOLUTION

# %% check_input_gradient tags=["check", "points=3"]
rng = checks.rng()
for depth in (5, 2):
    weights = [torch.tensor(rng.normal(size=(8, 8))) for _ in range(depth)]
    x = torch.tensor(rng.normal(size=(4, 8)), requires_grad=True)
    a = x
    for W in weights:
        a = torch.relu(a @ W.T)
    a.sum().backward()
    checks.close(checks.call(input_gradient, weights, x.detach()), x.grad)
'''


def make(root: Path) -> None:
    """Write the assignment and release it."""
    path = root / "solutions" / SLUG / f"{SLUG}.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    release(SLUG, root)
