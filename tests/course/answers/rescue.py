# == right: training_step: line by line
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    logits = model(x)
    loss = nn.CrossEntropyLoss()(logits, y)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
    return float(loss)


# == right: training_step: clips by hand
def training_step(model, x, y, optimizer):
    model.train()
    model.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.sqrt(sum((g.double() ** 2).sum() for g in grads))
    if norm > 1:
        for g in grads:
            g /= norm
    optimizer.step()
    return loss.item()


# == right: training_step: the parameters of the optimizer, log-softmax by hand, prints
def training_step(model, x, y, optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    optimizer.zero_grad(set_to_none=False)
    logits = model(x)
    loss = (torch.logsumexp(logits, 1) - logits[torch.arange(len(y)), y]).mean()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    print(f"loss {loss.item():.3f}, norm {norm:.3f}")
    return loss.detach().numpy().item()


# == right: training_step: a closure, gradients by autograd.grad
def training_step(model, x, y, optimizer):
    parameters = list(model.parameters())
    losses = []

    def closure():
        loss = nn.functional.cross_entropy(model(x), y)
        grads = torch.autograd.grad(loss, parameters)
        norm = torch.cat([g.flatten() for g in grads]).norm()
        for p, g in zip(parameters, grads):
            p.grad = g * torch.clamp(1.0 / (norm + 1e-6), max=1.0)
        losses.append(loss.item())
        return loss

    optimizer.step(closure)
    return losses[0]


# == wrong: training_step: old gradients are not cleared
def training_step(model, x, y, optimizer):
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


# == wrong: training_step: never clips
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


# == wrong: training_step: clips after the step
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    return loss.item()


# == wrong: training_step: clips each entry
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    nn.utils.clip_grad_value_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


# == wrong: training_step: clips each parameter by itself
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    for p in model.parameters():
        nn.utils.clip_grad_norm_(p, 1.0)
    optimizer.step()
    return loss.item()


# == wrong: training_step: stretches short gradients, too
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        p.grad /= norm
    optimizer.step()
    return loss.item()


# == wrong: training_step: the loss after the update
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return nn.functional.cross_entropy(model(x), y).item()


# == wrong: training_step: steps twice
def training_step(model, x, y, optimizer):
    for _ in range(2):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return loss.item()


# == wrong: training_step: a softmax before the loss
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(torch.softmax(model(x), dim=1), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


# == wrong: training_step: the sum over the batch
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y, reduction="sum")
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


# == wrong: training_step: a tensor instead of a number
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss


# == wrong: training_step: an optimizer of its own
def training_step(model, x, y, optimizer):
    lr = optimizer.param_groups[0]["lr"]
    own = torch.optim.SGD(model.parameters(), lr=lr)
    own.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    own.step()
    return loss.item()


# == wrong: training_step: an optimizer made anew in every call
def training_step(model, x, y, optimizer):
    own = type(optimizer)(model.parameters(), lr=optimizer.param_groups[0]["lr"])
    own.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    own.step()
    return loss.item()


# == wrong: training_step: clips at five
def training_step(model, x, y, optimizer):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    return loss.item()


# == right: configure_optimizer: SGD with momentum
def configure_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)


# == right: configure_optimizer: AdamW without decay for biases
def configure_optimizer(model):
    matrices = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=2e-3, betas=(0.9, 0.99))


# == right: configure_optimizer: RMSprop, in a variable
def configure_optimizer(model):
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.95)
    print(optimizer)
    return optimizer


# == right: configure_optimizer: Adam with a smaller step for the last layer, and AMSGrad
def configure_optimizer(model):
    *others, weight, bias = model.parameters()
    return torch.optim.Adam([{"params": others}, {"params": [weight, bias], "lr": 5e-4}], lr=1e-3, amsgrad=True)


# == right: configure_optimizer: NAdam from numbers of NumPy
def configure_optimizer(model):
    return torch.optim.NAdam(list(model.parameters()), lr=np.float64(2e-3))


# == wrong: configure_optimizer: matrices only
def configure_optimizer(model):
    return torch.optim.Adam([p for p in model.parameters() if p.dim() > 1], lr=1e-3)


# == wrong: configure_optimizer: the last layer only
def configure_optimizer(model):
    return torch.optim.Adam(list(model.parameters())[-2:], lr=1e-3)


# == wrong: configure_optimizer: a step that is far too short
def configure_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=1e-6)


# == wrong: configure_optimizer: plain SGD with a learning rate of 0.001
def configure_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=1e-3)


# == wrong: configure_optimizer: a step that is far too long
def configure_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=1.0)


# == wrong: configure_optimizer: goes uphill
def configure_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=1e-3, maximize=True)


# == wrong: configure_optimizer: parameters of a copy
def configure_optimizer(model):
    return torch.optim.Adam(deepcopy(model).parameters(), lr=1e-3)


# == wrong: configure_optimizer: an optimizer and a schedule
def configure_optimizer(model):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    return optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 100)


# == wrong: configure_optimizer: the class instead of an object
def configure_optimizer(model):
    return torch.optim.Adam


# == wrong: configure_optimizer: a class of its own
def configure_optimizer(model):
    class Signs(torch.optim.SGD):
        def step(self, closure=None):
            with torch.no_grad():
                for group in self.param_groups:
                    for p in group["params"]:
                        p -= group["lr"] * p.grad.sign()

    return Signs(model.parameters(), lr=1e-3)


# == wrong: configure_optimizer: one that needs a closure
def configure_optimizer(model):
    return torch.optim.LBFGS(model.parameters(), lr=0.1)


# == right: build_rescued: batch norm and a shortcut around every layer
class Layer(nn.Module):
    def __init__(self, width, scale):
        super().__init__()
        self.linear, self.norm, self.scale = nn.Linear(width, width), nn.BatchNorm1d(width), scale

    def forward(self, h):
        h = h + self.scale * torch.relu(self.norm(self.linear(h)))
        return h


def build_rescued(depth, width, n_in, n_out):
    layers = [Layer(width, depth**-0.5) for _ in range(depth - 1)]
    return nn.Sequential(nn.Linear(n_in, width), *layers, nn.Linear(width, n_out))


# == right: build_rescued: SELU with its own initialisation, no shortcuts
def build_rescued(depth, width, n_in, n_out):
    layers = []
    for k in [n_in] + [width] * (depth - 1):
        linear = nn.Linear(k, width)
        nn.init.normal_(linear.weight, std=1 / math.sqrt(k))
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.SELU(inplace=True)]
    return nn.Sequential(*layers, nn.Linear(width, n_out))


# == right: build_rescued: orthogonal matrices and tanh, a little above critical
class Chain(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(n_in if i == 0 else width, width) for i in range(depth))
        self.out = nn.Linear(width, n_out)
        for layer in self.hidden:
            nn.init.orthogonal_(layer.weight, gain=1.05)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        print("forward", x.shape, float(x.mean()))
        for layer in self.hidden:
            x = layer(x).tanh()
        self.last = x.detach()
        return self.out(x)


build_rescued = Chain


# == right: build_rescued: scaled branches without a norm, by the functional interface
class Scaled(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        shapes = [(width, n_in)] + [(width, width)] * (depth - 1) + [(n_out, width)]
        self.weights = nn.ParameterList(torch.randn(shape) * (2 / shape[1]) ** 0.5 for shape in shapes)
        self.biases = nn.ParameterList(torch.zeros(shape[0]) for shape in shapes)

    def forward(self, x):
        h = nn.functional.linear(x.view(len(x), -1), self.weights[0], self.biases[0])
        for W, b in zip(self.weights[1:-1], self.biases[1:-1]):
            h = h + nn.functional.relu(nn.functional.linear(h, W, b)) / len(self.weights) ** 0.5
        return nn.functional.linear(h, self.weights[-1], bias=self.biases[-1])


def build_rescued(depth, width, n_in, n_out):
    return Scaled(depth, width, n_in, n_out)


# == right: build_rescued: a learned gate for each unit, as in a highway
class Gated(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.gate = nn.Parameter(torch.full((width,), -2.0))
        nn.init.orthogonal_(self.linear.weight, 2.0)

    def forward(self, h):
        carry = 1 - torch.sigmoid(self.gate)
        return carry * h + torch.sigmoid(self.gate) * torch.tanh(self.linear(h))


def build_rescued(depth, width, n_in, n_out):
    return nn.Sequential(
        nn.Linear(n_in, width), nn.Tanh(), *(Gated(width) for _ in range(depth)), nn.Linear(width, n_out)
    )


# == right: build_rescued: layer norm behind the sum, with SiLU
class PostNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear, self.norm = nn.Linear(width, width), nn.LayerNorm(width)

    def forward(self, h):
        return self.norm(torch.add(h, nn.functional.silu(self.linear(h))))


def build_rescued(depth, width, n_in, n_out):
    return nn.Sequential(
        nn.Linear(n_in, width), *(PostNorm(width) for _ in range(depth - 1)), nn.Linear(width, n_out)
    )


# == right: build_rescued: a norm in front, GELU and dropout in the branch
class PreNorm(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        self.stem, self.norm, self.head = nn.Linear(n_in, width), nn.LayerNorm(width), nn.Linear(width, n_out)
        self.branches = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Dropout(0.1), nn.Linear(width, width)
            )
            for _ in range(depth // 2)
        )

    def forward(self, x):
        h = self.stem(x)
        for branch in self.branches:
            h = h + branch(h)
        return self.head(self.norm(h))


def build_rescued(depth, width, n_in, n_out):
    return PreNorm(depth, width, n_in, n_out)


# == right: build_rescued: small learned factors in one parameter, sigmoids kept and centred
class Factors(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        self.stem, self.head = nn.Linear(n_in, width), nn.Linear(width, n_out)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth - 1))
        self.factors = nn.Parameter(torch.full((depth - 1,), 0.3))
        for layer in self.layers:
            nn.init.orthogonal_(layer.weight, 2.0)

    def forward(self, x):
        h = self.stem(x)
        for i, layer in enumerate(self.layers):
            h = h + self.factors[i] * (2 * torch.sigmoid(layer(h)) - 1)
        return self.head(h)


def build_rescued(depth, width, n_in, n_out):
    return Factors(depth, width, n_in, n_out)


# == wrong: build_rescued: the patient
def build_rescued(depth, width, n_in, n_out):
    return Failing(depth, width, n_in, n_out)


# == wrong: build_rescued: branches times zero
class Branch(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, h):
        return h + 0.0 * torch.relu(self.linear(h))


def build_rescued(depth, width, n_in, n_out):
    return nn.Sequential(
        nn.Linear(n_in, width), *(Branch(width) for _ in range(depth - 1)), nn.Linear(width, n_out)
    )


# == wrong: build_rescued: branches so small that nobody listens
class Branch(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, h):
        return h + 1e-3 * torch.tanh(self.linear(h))


def build_rescued(depth, width, n_in, n_out):
    return nn.Sequential(
        nn.Linear(n_in, width), *(Branch(width) for _ in range(depth - 1)), nn.Linear(width, n_out)
    )


# == wrong: build_rescued: the deep path is computed and thrown away
class Discarding(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_in, width), *(nn.Linear(width, width) for _ in range(depth - 1)))
        self.shallow = nn.Sequential(nn.Linear(n_in, width), nn.ReLU(), nn.Linear(width, n_out))

    def forward(self, x):
        deep = self.deep(x)
        return self.shallow(x)


def build_rescued(depth, width, n_in, n_out):
    return Discarding(depth, width, n_in, n_out)


# == wrong: build_rescued: the deep path times zero beside a shallow one
class Beside(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        deep = [nn.Linear(n_in, width), nn.Tanh()]
        for _ in range(depth - 1):
            deep += [nn.Linear(width, width), nn.Tanh()]
        self.deep, self.head = nn.Sequential(*deep), nn.Linear(width, n_out)
        self.shallow = nn.Linear(n_in, width)

    def forward(self, x):
        return self.head(torch.relu(self.shallow(x)) + 1e-4 * self.deep(x))


def build_rescued(depth, width, n_in, n_out):
    return Beside(depth, width, n_in, n_out)


# == wrong: build_rescued: idle layers that raise and lower all logits together
class Common(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        self.first, self.last = nn.Linear(n_in, width), nn.Linear(width, width)
        self.idle = nn.ModuleList(nn.Linear(width if i else n_in, width) for i in range(depth))
        self.head = nn.Linear(width, n_out)
        for layer in self.idle:
            nn.init.orthogonal_(layer.weight, 1.2)

    def forward(self, x):
        h, idle = torch.relu(self.first(x)), x
        for layer in self.idle:
            idle = torch.tanh(layer(idle))
        logits = self.head(torch.relu(self.last(h)) + 1e-3 * idle)  # enough for a gradient, which Adam enlarges
        return logits + 100 * idle.mean(dim=1, keepdim=True)


def build_rescued(depth, width, n_in, n_out):
    return Common(depth, width, n_in, n_out)


# == wrong: build_rescued: layers side by side
class Wide(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(n_in, width) for _ in range(depth))
        self.head = nn.Linear(width, n_out)

    def forward(self, x):
        return self.head(sum(torch.relu(layer(x)) for layer in self.layers) / len(self.layers) ** 0.5)


def build_rescued(depth, width, n_in, n_out):
    return Wide(depth, width, n_in, n_out)


# == wrong: build_rescued: two chains of fifteen
class Two(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()

        def chain():
            layers = []
            for i in range((depth + 1) // 2):
                linear = nn.Linear(width if i else n_in, width)
                nn.init.orthogonal_(linear.weight, 1.05)
                layers += [linear, nn.Tanh()]
            return nn.Sequential(*layers)

        self.a, self.b, self.head = chain(), chain(), nn.Linear(width, n_out)

    def forward(self, x):
        return self.head(self.a(x) + self.b(x))


def build_rescued(depth, width, n_in, n_out):
    return Two(depth, width, n_in, n_out)


# == wrong: build_rescued: a linear chain
def build_rescued(depth, width, n_in, n_out):
    layers = [nn.Linear(n_in, width), *(nn.Linear(width, width) for _ in range(depth - 1))]
    for layer in layers:
        nn.init.orthogonal_(layer.weight)
    return nn.Sequential(*layers, nn.Linear(width, n_out))


# == wrong: build_rescued: an activation that is a straight line
def build_rescued(depth, width, n_in, n_out):
    layers = []
    for k in [n_in] + [width] * (depth - 1):
        layers += [nn.Linear(k, width), nn.LeakyReLU(0.999)]
        nn.init.orthogonal_(layers[-2].weight)
    return nn.Sequential(*layers, nn.Linear(width, n_out))


# == wrong: build_rescued: linear layers in blocks behind each other, one activation in three
def build_rescued(depth, width, n_in, n_out):
    layers = []
    for i, k in enumerate([n_in] + [width] * (depth - 1)):
        layers += [nn.Linear(k, width), nn.Tanh() if i % 3 == 2 else nn.Identity()]
        nn.init.orthogonal_(layers[-2].weight)
    return nn.Sequential(*layers, nn.Linear(width, n_out))


# == wrong: build_rescued: hooks that normalise the gradients
def build_rescued(depth, width, n_in, n_out):
    model = Failing(depth, width, n_in, n_out)
    for parameter in model.parameters():
        parameter.register_hook(lambda g: g / (g.norm() + 1e-30))
    return model


# == wrong: build_rescued: a backward of its own behind each sigmoid
class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.sigmoid(x)

    @staticmethod
    def backward(ctx, grad):
        return grad


class Sigmoid(nn.Module):
    def forward(self, x):
        return Straight.apply(x)


def build_rescued(depth, width, n_in, n_out):
    model = Failing(depth, width, n_in, n_out)
    return nn.Sequential(*(Sigmoid() if isinstance(layer, nn.Sigmoid) else layer for layer in model))


# == wrong: build_rescued: a patched layer that lets everything through
class Through(nn.Linear):
    def forward(self, x):
        return x if self.in_features == self.out_features else super().forward(x)


def build_rescued(depth, width, n_in, n_out):
    layers = [Through(n_in, width)] + [Through(width, width) for _ in range(depth - 1)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Linear(width, n_out))


# == wrong: build_rescued: one layer thirty times
class Again(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        self.stem, self.layer, self.head = nn.Linear(n_in, width), nn.Linear(width, width), nn.Linear(width, n_out)
        self.depth = depth

    def forward(self, x):
        h = self.stem(x)
        for _ in range(self.depth):
            h = h + torch.tanh(self.layer(h)) / self.depth**0.5
        return self.head(h)


def build_rescued(depth, width, n_in, n_out):
    return Again(depth, width, n_in, n_out)


# == wrong: build_rescued: deep layers frozen as they were drawn, a head that learns
def build_rescued(depth, width, n_in, n_out):
    layers = []
    for k in [n_in] + [width] * (depth - 1):
        layers += [nn.Linear(k, width), nn.Tanh()]
        nn.init.orthogonal_(layers[-2].weight, 1.05)
        layers[-2].requires_grad_(False)
    return nn.Sequential(*layers, nn.Linear(width, n_out))


# == wrong: build_rescued: the gradient is cut off in front of the head
class Cut(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        layers = []
        for k in [n_in] + [width] * (depth - 1):
            layers += [nn.Linear(k, width), nn.Tanh()]
            nn.init.orthogonal_(layers[-2].weight, 1.05)
        self.deep, self.head = nn.Sequential(*layers), nn.Linear(width, n_out)

    def forward(self, x):
        return self.head(self.deep(x).detach())


def build_rescued(depth, width, n_in, n_out):
    return Cut(depth, width, n_in, n_out)


# == wrong: build_rescued: a ready-made classifier inside
class Known(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        from sklearn.datasets import load_digits
        from sklearn.neighbors import KNeighborsClassifier

        data = load_digits()
        x = (data.data - data.data.mean()) / data.data.std()
        self.known = KNeighborsClassifier(3).fit(x[:, :n_in], data.target % n_out)
        self.deep = Failing(depth, width, n_in, n_out)

    def forward(self, x):
        votes = torch.tensor(self.known.predict_proba(x.detach().numpy()), dtype=torch.float32)
        return 10 * votes + 0.01 * self.deep(x)


def build_rescued(depth, width, n_in, n_out):
    return Known(depth, width, n_in, n_out)


# == wrong: build_rescued: something shallow in eval mode
class TwoFaced(nn.Module):
    def __init__(self, depth, width, n_in, n_out):
        super().__init__()
        layers = []
        for k in [n_in] + [width] * (depth - 1):
            layers += [nn.Linear(k, width), nn.Tanh()]
            nn.init.orthogonal_(layers[-2].weight, 1.05)
        self.deep, self.head = nn.Sequential(*layers), nn.Linear(width, n_out)

    def forward(self, x):
        return self.head(self.deep(x) if self.training else torch.relu(self.deep[0](x)))


def build_rescued(depth, width, n_in, n_out):
    return TwoFaced(depth, width, n_in, n_out)


# == wrong: build_rescued: batch norm and ReLU in a chain without shortcuts
def build_rescued(depth, width, n_in, n_out):
    layers = []
    for k in [n_in] + [width] * (depth - 1):
        layers += [nn.Linear(k, width), nn.BatchNorm1d(width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, n_out))


# == wrong: build_rescued: branches a ten-thousandth of the signal
class Faint(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, h):
        return h + 1e-4 * torch.relu(self.linear(h))


def build_rescued(depth, width, n_in, n_out):
    return nn.Sequential(
        nn.Linear(n_in, width), *(Faint(width) for _ in range(depth - 1)), nn.Linear(width, n_out)
    )


# == wrong: build_rescued: one hidden layer too few
class Layer(nn.Module):
    def __init__(self, width, scale):
        super().__init__()
        self.linear, self.scale = nn.Linear(width, width), scale

    def forward(self, h):
        return h + self.scale * torch.relu(self.linear(h))


def build_rescued(depth, width, n_in, n_out):
    layers = [Layer(width, depth**-0.5) for _ in range(depth - 2)]
    return nn.Sequential(nn.Linear(n_in, width), *layers, nn.Linear(width, n_out))


# == wrong: build_rescued: twice as wide as allowed
def build_rescued(depth, width, n_in, n_out):
    layers = []
    for k in [n_in] + [2 * width] * (depth - 1):
        layers += [nn.Linear(k, 2 * width), nn.Tanh()]
        nn.init.orthogonal_(layers[-2].weight, 1.05)
    return nn.Sequential(*layers, nn.Linear(2 * width, n_out))


# == wrong: build_rescued: shortcuts around a branch that starts at zero
class Zero(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear, self.scale = nn.Linear(width, width), nn.Parameter(torch.zeros(1))

    def forward(self, h):
        return h + self.scale * torch.relu(self.linear(h))


def build_rescued(depth, width, n_in, n_out):
    return nn.Sequential(
        nn.Linear(n_in, width), *(Zero(width) for _ in range(depth - 1)), nn.Linear(width, n_out)
    )


# == wrong: build_rescued: probabilities in place of logits, and too few of them
def build_rescued(depth, width, n_in, n_out):
    return nn.Sequential(nn.Linear(n_in, width), nn.ReLU(), nn.Linear(width, n_out), nn.Softmax(dim=1))
