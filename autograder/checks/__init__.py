"""The vocabulary of the check cells: functions that read as sentences and fail with sentences.

A check cell draws its inputs anew, calls the student's function through one of these functions,
and compares; nothing in it depends on how the student wrote the function.

>>> from autograder import checks
>>> def forward_variance(fan_in):
...     return 1 / fan_in**0.5
>>> checks.use_seed(1)
>>> rng = checks.rng()
>>> found = checks.call(forward_variance, 100)
>>> checks.close(found, 0.01, what="`forward_variance(100)`", see="xavier#forward-variance",
...              mistaken_for={"That is the standard deviation; its square is the variance.": 0.1})
Traceback (most recent call last):
autograder.checks.failure.CheckFailed: `forward_variance(100)` is 0.1, expected 0.01.
That is the standard deviation; its square is the variance.
Read again: chapter "xavier", section "forward variance".
The numbers were drawn with seed 1; `checks.use_seed(1)` repeats them.
>>> checks.use_seed(None)

Inputs
    `rng()`                      the cell's generator, called once at its top; a new seed at every run
    `use_seed(n)`                repeats a run; so does the environment variable AUTOGRADER_SEED
    `generator(rng)`             a fresh generator to hand to one call

Calls
    `call(f, *args)`             the result; exceptions, the stub and a forgotten `return` become failures
    `silent(f, *args)`           likewise, and no RuntimeWarning
    `leaves_unchanged(f, *args)` likewise, and no argument changed in place
    `raises(ValueError, f, *args)`  this kind of error, not a LinAlgError
    `observe(f, *args)`          everything that a call did, as an `Observation`: for what has no word here
    `with_arguments(f, *args)`   result, and the arguments as the call left them
    `in_place(f, *args)`         like `call`, on these very objects: for a model that moves on call by call
    `seeded(n, f, *args)`        like `call`, with torch's generator at seed n where the function runs

Results
    `close(found, expected)`     numbers, arrays, lists, tuples, dicts, booleans, tensors; see `comparison`
    `shape(found, (3, 4))`       a plain array of this shape; gives it back as float64
    `number(found)`, `integer(found)`, `array(found)`, `items(found, length)`  read a result, or fail
    `that(condition, message)`   any other property, in your own words
    `counted(n, "layer")`        a number with its noun, for a message: 1 layer, 2 layers
    `gradient(of=f, claimed=df, at=x)`  a derivative, against finite differences
    `numerical_gradient(f, x)`   these differences

Draws (false alarms at most 1e-9); ask in this order: shape, independent, mean, std, gaussian
    `std`, `mean`, `frequency`   moments and shares
    `gaussian`, `uniform`        the whole distribution
    `independent(W)`             no entry tells of another
    `decided_by_generator(f, *args)`  the generator's state decides, and nothing else

Torch modules: what a student's class makes, or a model of yours that a student's function was given
    `parameters(model)`, `gradients(model)`, `buffers(model)`  by name, as plain float64 arrays
    `shapes(model)`              of the parameters, by name
    `training(model)`            the mode of each submodule by name; the model itself is `""`
    `layers(model)`              name and type of each submodule, in order
    `run(model, x, training=, grad_out=)`  a pass of your inputs: outputs, gradients, buffers after it (`Pass`)
    `recorder()`, `recorded(model)`  a layer that lets its input through, and what it saw, pass by pass (`Recorded`)

    `rebuilt(model, x)`          a network of your own that computes the same, to measure, train and perturb
    `rebuilt_optimizer(o, model, own)`  an optimizer of your own with the same settings, over the parameters of `own`

    `trained(own, o, x, y, steps=, batch=, seed=)`  clipped steps with the mean cross-entropy; the losses
    `accuracy(own, x, y)`, `layer_gradients(own, x, y)`  what it gets right; the norm for each hidden linear layer
    `executed(own, x)`           its linear layers in the order of a pass
    `examined(own, x)`, `longest_chain(layers)`  what depends on each hidden layer (`Examined`)

    Hand over modules and optimizers of torch's own as arguments; they are built anew where the function runs,
    and `with_arguments` gives them back as the call left them.  What these words read are numbers that a student's
    process gave: load them into a module of your own and compare with what it computes.

Every comparison takes `what=` (the result's name in the message) and `see=` (`"slug#section-of-chapter"`);
most take `mistaken_for={sentence: value}`, which names the misconception behind a known wrong value;
`close` and `gradient` take a function, too, that gives this dictionary and is called for a wrong result only.
Failures are `CheckFailed`; `NotWritten` is the untouched stub;
`StudentError` stands for an exception class of the student's own.
Only NumPy is needed; torch is used when a tensor arrives.
"""

from autograder.checks.calls import call, in_place, leaves_unchanged, raises, seeded, silent, with_arguments
from autograder.checks.comparison import close, shape, that
from autograder.checks.derivatives import gradient, numerical_gradient
from autograder.checks.examination import (
    Examined,
    accuracy,
    examined,
    executed,
    layer_gradients,
    longest_chain,
    trained,
)
from autograder.checks.failure import CheckFailed, NotWritten, StudentError
from autograder.checks.generators import decided_by_generator
from autograder.checks.modules import (
    Pass,
    Recorded,
    buffers,
    gradients,
    layers,
    parameters,
    recorded,
    recorder,
    run,
    shapes,
    training,
)
from autograder.checks.observation import Observation, observe
from autograder.checks.reading import array, counted, integer, items, number
from autograder.checks.rebuilding import rebuilt, rebuilt_optimizer
from autograder.checks.seeds import generator, rng, use_seed
from autograder.checks.statistics import frequency, gaussian, independent, mean, std, uniform

__all__ = [
    "CheckFailed",
    "Examined",
    "NotWritten",
    "Observation",
    "Pass",
    "Recorded",
    "StudentError",
    "accuracy",
    "array",
    "buffers",
    "call",
    "close",
    "counted",
    "decided_by_generator",
    "examined",
    "executed",
    "frequency",
    "gaussian",
    "generator",
    "gradient",
    "gradients",
    "in_place",
    "independent",
    "integer",
    "items",
    "layer_gradients",
    "layers",
    "leaves_unchanged",
    "longest_chain",
    "mean",
    "number",
    "numerical_gradient",
    "observe",
    "parameters",
    "raises",
    "rebuilt",
    "rebuilt_optimizer",
    "recorded",
    "recorder",
    "rng",
    "run",
    "seeded",
    "shape",
    "shapes",
    "silent",
    "std",
    "that",
    "trained",
    "training",
    "uniform",
    "use_seed",
    "with_arguments",
]
