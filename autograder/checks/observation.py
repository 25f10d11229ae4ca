"""What a call did besides returning: the one seam between a check and the function that it examines.

A check never calls a student's function directly; it observes the call.
In the student's own notebook, and under stock nbgrader, the function is an ordinary one and is observed here.
Under `autograder grade` the check runs in another process than the function:
the name is then a proxy with a method `_autograder_observe`,
which has the call observed over there by this same code.
"""

from __future__ import annotations

import contextlib
import copy
import io
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.checks.walking import is_module, named_tensors


@dataclass(frozen=True)
class Observation:
    """Everything that one call did.

    Attributes:
        result: What it returned; None if it raised.
        error: The exception that it raised, or None.
        args: The positional arguments as they stood *after* the call (changes in place show here).
        kwargs: The keyword arguments after the call.
        stdout: What it printed.
        warnings: Category name and message of each warning, in order.
        seconds: Wall-clock time of the call.
        touched_global_random: Whether it changed NumPy's global random state.
        drew: Whether it drew from a generator among its arguments.
    """

    result: Any = None
    error: Exception | None = None
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    stdout: str = ""
    warnings: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    touched_global_random: bool = False
    drew: bool = False


def observe(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Observation:
    """Call `function` on copies of the arguments and say what it did.

    The caller's own arguments are never touched, whatever the function does.
    """
    return _observed(function, args, kwargs, None, bring_back=True)


def outcome(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], torch_seed: int | None = None
) -> Observation:
    """Like `observe`, but `args` and `kwargs` stay empty: what became of them need not come back from elsewhere.

    Args:
        function: As in `observe`.
        args: Likewise.
        kwargs: Likewise.
        torch_seed: Where torch's generator stands during the call, where the function runs; None for anywhere.
    """
    return _observed(function, args, kwargs, torch_seed, bring_back=False)


def _observed(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    torch_seed: int | None,
    *,
    bring_back: bool,
) -> Observation:
    remote = getattr(function, "_autograder_observe", None)
    if remote is not None:
        observation: Observation = remote(args, kwargs, torch_seed, bring_back=bring_back)
        return observation
    own_args, own_kwargs = _copied(args, kwargs)
    seen = observe_in_place(function, own_args, own_kwargs, torch_seed)
    return seen if bring_back else replace(seen, args=(), kwargs={})


def observe_these(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Observation:
    """Call `function` on these very arguments, if they are where it is, and say what it did."""
    remote = getattr(function, "_autograder_observe", None)
    observation: Observation = remote(args, kwargs) if remote else observe_in_place(function, args, kwargs)
    return observation


def _copied(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return copies of the arguments; what they share is shared by the copies, such as parameters."""
    memo: dict[int, Any] = {}
    own_args, own_kwargs = copy.deepcopy((args, kwargs), memo)
    for model in (value for value in (*args, *kwargs.values()) if is_module(value)):
        for _, parameter in named_tensors(model, "_parameters"):
            if parameter.grad is not None:  # which torch's own copy of a parameter leaves out
                memo[id(parameter)].grad = parameter.grad.detach().clone()
    return own_args, own_kwargs


def observe_in_place(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    torch_seed: int | None = None,
) -> Observation:
    """Call `function` on these very arguments and say what it did."""
    result, error = None, None
    printed = io.StringIO()
    global_before, generators_before = _global_random_state(), _generator_states(args, kwargs)
    with (
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(printed),
        _torch_seeded(torch_seed),
    ):
        warnings.simplefilter("always")
        start = time.perf_counter()
        try:
            result = function(*args, **kwargs)
        except Exception as exception:
            error = exception
        seconds = time.perf_counter() - start
    return Observation(
        result=result,
        error=error,
        args=args,
        kwargs=kwargs,
        stdout=printed.getvalue(),
        warnings=tuple((w.category.__name__, str(w.message)) for w in caught),
        seconds=seconds,
        touched_global_random=_global_random_state() != global_before,
        drew=_generator_states(args, kwargs) != generators_before,
    )


@contextlib.contextmanager
def _torch_seeded(seed: int | None) -> Iterator[None]:
    """Give torch's generator this seed for a while; None leaves it as it is."""
    if seed is None:
        yield
        return
    import torch

    state = torch.get_rng_state()
    torch.default_generator.manual_seed(seed)  # torch.manual_seed also wakes the back ends that are not there
    try:
        yield
    finally:
        torch.set_rng_state(state)


def _global_random_state() -> tuple[Any, ...]:
    """Return NumPy's global state as values that compare with `!=`."""
    state: dict[str, Any] = np.random.get_state(legacy=False)
    words = [word.tobytes() if isinstance(word, np.ndarray) else word for word in state["state"].values()]
    return state["bit_generator"], *words, state["has_gauss"], state["gauss"]


def _generator_states(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[str]:
    """Return the states of the generators among the arguments as text, which compares with `!=`."""
    generators = [value for value in (*args, *kwargs.values()) if isinstance(value, np.random.Generator)]
    return [repr(generator.bit_generator.state) for generator in generators]
