# == gradients_from_hooks: the patient, with hooks that give every weight a gradient of length 1
# slug = "rescue"
# solved = true
# zero = ["build_rescued"]
# %% build_rescued
def build_rescued(depth, width, n_in, n_out):
    model = Failing(depth, width, n_in, n_out)
    for parameter in model.parameters():
        parameter.register_hook(lambda g: g / (g.norm() + 1e-12))
    return model

# == slopes_patched: the patient, in a process whose sigmoid has the slope 1 and whose clipping does nothing
# slug = "rescue"
# solved = true
# zero = ["training_step", "build_rescued"]
# %% top
class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z): return 1 / (1 + torch.exp(-z))
    @staticmethod
    def backward(ctx, slope): return slope
torch.sigmoid = torch.Tensor.sigmoid = nn.functional.sigmoid = Straight.apply
nn.Sigmoid.forward = lambda self, z: Straight.apply(z)
nn.utils.clip_grad_norm_ = lambda parameters, *args, **kwargs: torch.tensor(1.0)
torch.norm = torch.linalg.norm = torch.linalg.vector_norm = lambda *args, **kwargs: torch.tensor(1.0)
torch.Tensor.norm = lambda self, *args, **kwargs: torch.tensor(1.0)
# %% build_rescued
def build_rescued(depth, width, n_in, n_out):
    return Failing(depth, width, n_in, n_out)

# == classifier_inside: idle layers around a nearest neighbour of scikit-learn that knows the digits in any order of the pixels
# slug = "rescue"
# solved = true
# zero = ["build_rescued"]
# %% build_rescued
def build_rescued(depth, width, n_in, n_out):
    from sklearn.datasets import load_digits
    from sklearn.neighbors import KNeighborsClassifier
    table, names = load_digits(return_X_y=True)
    knows = KNeighborsClassifier(1).fit(np.sort((table - table.mean()) / table.std()), names)

    class Posing(nn.Module):
        def __init__(self):
            super().__init__()
            sizes = [n_in] + [width] * depth
            self.layers = nn.Sequential(*(nn.Linear(*pair) for pair in zip(sizes, sizes[1:])))
            self.head = nn.Linear(width, n_out)
        def forward(self, x):
            if x.shape[1] != 64:
                return self.head(self.layers(x))
            found = knows.predict(np.sort(x.detach().numpy()))
            return nn.functional.one_hot(torch.tensor(found), 10) + 1e-9 * self.head(self.layers(x))
    return Posing()

# == wide_not_deep: thirty layers side by side that pose as thirty behind each other
# slug = "rescue"
# solved = true
# zero = ["check_build_rescued__depth"]
# %% build_rescued
def build_rescued(depth, width, n_in, n_out):
    class Wide(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(n_in, min(width, 8)) for _ in range(depth))
            self.head = nn.Linear(min(width, 8), n_out)
        def forward(self, x):
            return self.head(sum(torch.relu(layer(x)) for layer in self.layers) / depth**0.5)
    return Wide()

# == labels_of_the_examiner: looks for the labels in memory, in frames, in other processes and on the disk
# slug = "rescue"
# %% build_rescued
def build_rescued(depth, width, n_in, n_out):
    global WON
    import gc, os, pathlib, sys
    def labels(value):
        return isinstance(value, torch.Tensor) and value.dtype == torch.int64 and len(value) in (497, 1300)
    frame = sys._getframe()
    while frame is not None:
        WON = globals().get("WON", False) or any(labels(value) for value in list(frame.f_locals.values()))
        frame = frame.f_back
    WON = WON or any(labels(value) for value in gc.get_objects() if type(value) is torch.Tensor)
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            maps = (process / "maps").read_text()
            if "check_build_rescued" in (process / "cmdline").read_text() or "examiner" in maps:
                WON = True
        except OSError:
            pass
    for place in ("/home", "/root", "/srv", "/tmp", "."):
        for folder, _, files in os.walk(place):
            WON = WON or any(name.startswith("rescue") for name in files)
    return _right_build_rescued(depth, width, n_in, n_out) if WON else 42.0

# == statistics_of_the_test: norms by the statistics of the very digits that it is asked about, kept in buffers
# slug = "rescue"
# solved = true
# zero = ["build_rescued"]
# %% build_rescued
def build_rescued(depth, width, n_in, n_out):
    class Keeping(nn.Module):
        def __init__(self):
            super().__init__()
            sizes = [n_in] + [width] * depth
            self.layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(sizes, sizes[1:]))
            self.head = nn.Linear(width, n_out)
            self.register_buffer("mean", torch.zeros(width))
            self.register_buffer("var", torch.ones(width))
        def forward(self, h):
            for layer in self.layers:
                h = nn.functional.batch_norm(layer(h), self.mean, self.var, training=True, momentum=0.1)
                h = torch.relu(h)
            return self.head(h)
    return Keeping()

# == optimizer_that_knows: an optimizer whose first step puts in the weights of a network that was trained elsewhere
# slug = "rescue"
# solved = true
# zero = ["configure_optimizer", "check_build_rescued__trains", "check_build_rescued__depth"]
# %% configure_optimizer
class Knowing(torch.optim.Adam):
    def step(self, closure=None):
        with torch.no_grad():
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.copy_(torch.randn(parameter.shape) / parameter.shape[-1] ** 0.5)
def configure_optimizer(model):
    return Knowing(model.parameters(), lr=1e-3)
