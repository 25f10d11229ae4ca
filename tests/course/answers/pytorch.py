# == right: SimpleNN: line by line
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.bn1 = nn.BatchNorm1d(n_hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(n_hidden, n_out)

    def forward(self, x):
        x = self.fc1(x)
        x = self.bn1(x)
        x = self.relu(x)
        x = self.fc2(x)
        return x


# == right: SimpleNN: layers in another order, an in-place ReLU, the functional form used
import torch.nn.functional as F


class SimpleNN(torch.nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        torch.nn.Module.__init__(self)
        self.relu = torch.nn.ReLU(inplace=True)
        self.fc1 = torch.nn.Linear(in_features=n_in, out_features=n_hidden)
        self.fc2 = torch.nn.Linear(in_features=n_hidden, out_features=n_out)
        self.bn1 = torch.nn.BatchNorm1d(num_features=n_hidden)

    def forward(self, batch):
        return self.fc2(F.relu(self.bn1(self.fc1(batch))))


# == right: SimpleNN: He's initialisation, and activations that are kept for later
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super(SimpleNN, self).__init__()
        self.fc1, self.fc2 = nn.Linear(n_in, n_hidden), nn.Linear(n_hidden, n_out)
        self.bn1, self.relu = nn.BatchNorm1d(n_hidden), nn.ReLU()
        nn.init.kaiming_normal_(self.fc1.weight, nonlinearity="relu")
        nn.init.zeros_(self.fc1.bias)

    def forward(self, x):
        print("forward", x.shape)
        self.hidden = self.relu(self.bn1(self.fc1(x)))
        return self.fc2(self.hidden)


# == right: SimpleNN: a loop over the layers, written through a parent class
class Chain(nn.Module):
    def forward(self, x):
        for name in ("fc1", "bn1", "relu", "fc2"):
            x = getattr(self, name)(x)
        return x


class SimpleNN(Chain):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        made = [nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_out)]
        for name, layer in zip(("fc1", "bn1", "relu", "fc2"), made):
            setattr(self, name, layer)


# == wrong: SimpleNN: softmax at the end
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return torch.softmax(self.fc2(self.relu(self.bn1(self.fc1(x)))), dim=1)


# == wrong: SimpleNN: batch norm behind the ReLU
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.fc2(self.bn1(self.relu(self.fc1(x))))


# == wrong: SimpleNN: batch norm is made but not used
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x)))


# == wrong: SimpleNN: no ReLU between the layers
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.fc2(self.bn1(self.fc1(x)))


# == wrong: SimpleNN: layers are made anew in forward
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.sizes = n_in, n_hidden, n_out

    def forward(self, x):
        n_in, n_hidden, n_out = self.sizes
        x = nn.BatchNorm1d(n_hidden)(nn.Linear(n_in, n_hidden)(x))
        return nn.Linear(n_hidden, n_out)(torch.relu(x))


# == wrong: SimpleNN: layers in a plain list, which PyTorch does not see
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.layers = [nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_out)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


# == wrong: SimpleNN: layer norm instead of batch norm
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.LayerNorm(n_hidden)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.fc2(self.relu(self.bn1(self.fc1(x))))


# == wrong: SimpleNN: the output is cut off from the graph
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.fc2(self.relu(self.bn1(self.fc1(x)))).detach()


# == wrong: SimpleNN: the first layer is cut off from the graph
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.fc2(self.relu(self.bn1(self.fc1(x).data)))


# == wrong: SimpleNN: a ReLU on the logits, too
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.relu(self.fc2(self.relu(self.bn1(self.fc1(x)))))


# == wrong: SimpleNN: the batch's statistics in eval mode, too
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden, track_running_stats=False)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.fc2(self.relu(self.bn1(self.fc1(x))))


# == wrong: SimpleNN: the sizes are always those of the digits
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(784, 512), nn.BatchNorm1d(512)
        self.relu, self.fc2 = nn.ReLU(), nn.Linear(512, 10)

    def forward(self, x):
        return self.fc2(self.relu(self.bn1(self.fc1(x))))


# == wrong: SimpleNN: all weights start at zero
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.bn1 = nn.BatchNorm1d(n_hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(n_hidden, n_out)
        nn.init.zeros_(self.fc1.weight)
        nn.init.zeros_(self.fc2.weight)

    def forward(self, x):
        return self.fc2(self.relu(self.bn1(self.fc1(x))))


# == wrong: SimpleNN: no bias in the last layer
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.bn1 = nn.BatchNorm1d(n_hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(n_hidden, n_out, bias=False)

    def forward(self, x):
        return self.fc2(self.relu(self.bn1(self.fc1(x))))


# == right: train_step: line by line
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    logits = model(x)
    loss = loss_fn(logits, y)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return float(loss), float(norm)


# == right: train_step: clips by hand
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    model.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = sum((g.double() ** 2).sum() for g in grads).sqrt().item()
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    optimizer.step()
    return loss.item(), norm


# == right: train_step: norm of the norms, the parameters of the optimizer, gradients dropped at the end, too
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    model.train()
    optimizer.zero_grad(set_to_none=False)
    loss = loss_fn(model(x), y)
    loss.backward()
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    total_norm = torch.stack([p.grad.norm() for p in parameters]).norm()
    nn.utils.clip_grad_norm_(parameters, max_norm)
    optimizer.step()
    optimizer.zero_grad()
    print(f"loss {loss.item():.3f}")
    return loss.item(), total_norm.item()


# == right: train_step: a closure, gradients by autograd.grad
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    parameters = list(model.parameters())
    result = []

    def closure():
        loss = loss_fn(model(x), y)
        grads = torch.autograd.grad(loss, parameters)
        norm = torch.cat([g.flatten() for g in grads]).norm()
        factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
        for p, g in zip(parameters, grads):
            p.grad = g * factor
        result.extend((loss.item(), norm.item()))
        return loss

    optimizer.step(closure)
    return result


# == wrong: train_step: the norm after clipping
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: old gradients are not cleared
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: gradients are cleared between backward and step
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: the loss after the update
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss_fn(model(x), y).item(), norm.item()


# == wrong: train_step: steps twice
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: clips each parameter by itself
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norms = [nn.utils.clip_grad_norm_(p, max_norm) for p in model.parameters()]
    optimizer.step()
    return loss.item(), torch.stack(norms).norm().item()


# == wrong: train_step: clips before backward
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    loss = loss_fn(model(x), y)
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: clips after the step
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), norm.item()


# == wrong: train_step: clips each entry
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    nn.utils.clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: stretches short gradients, too
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        p.grad *= max_norm / norm
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: cross-entropy whatever loss was handed in
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: softmax before the loss
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(torch.softmax(model(x), dim=1), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: a step of its own instead of the optimizer's
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    model.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for p in model.parameters():
            p -= optimizer.param_groups[0]["lr"] * p.grad
    return loss.item(), norm.item()


# == wrong: train_step: tensors instead of numbers
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, norm


# == wrong: train_step: norm and loss are swapped
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item(), loss.item()


# == wrong: train_step: forgets to step
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), norm.item()


# == wrong: train_step: never clips
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
    optimizer.step()
    return loss.item(), norm.item()


# == wrong: train_step: sum of the norms
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    norm = sum(p.grad.norm().item() for p in model.parameters())
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm


# == right: gradient_norms: a loop
def gradient_norms(model):
    norms = {}
    for name, p in model.named_parameters():
        if p.grad is None:
            continue
        norms[name] = torch.linalg.vector_norm(p.grad).item()
    return norms


# == right: gradient_norms: in NumPy
def gradient_norms(model):
    grads = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return {name: np.linalg.norm(grad.numpy().ravel()) for name, grad in grads.items()}


# == right: gradient_norms: squares and a root, in double precision
def gradient_norms(model):
    return dict(
        (name, float((p.grad.detach().double() ** 2).sum().sqrt()))
        for name, p in model.named_parameters()
        if isinstance(p.grad, torch.Tensor)
    )


# == right: gradient_norms: module by module
def gradient_norms(model):
    found = {}
    for prefix, module in model.named_modules():
        for own, p in module.named_parameters(recurse=False):
            if p.grad is not None:
                found[f"{prefix}.{own}" if prefix else own] = float(p.grad.pow(2).sum()) ** 0.5
    return found


# == right: gradient_norms: an ordered dictionary
from collections import OrderedDict

def gradient_norms(model):
    norms = OrderedDict()
    for name, p in model.named_parameters():
        if p.grad is not None:
            norms[name] = float(np.linalg.norm(p.grad.detach().cpu().numpy()))
    return norms


# == right: gradient_norms: a dictionary with a default
def gradient_norms(model):
    from collections import defaultdict

    norms = defaultdict(float)
    for name, p in model.named_parameters():
        if p.grad is not None:
            norms[name] = p.grad.norm(p="fro").item()
    return norms


# == wrong: gradient_norms: 0 for parameters without a gradient
def gradient_norms(model):
    return {n: p.grad.norm().item() if p.grad is not None else 0.0 for n, p in model.named_parameters()}


# == wrong: gradient_norms: does not think of None
def gradient_norms(model):
    return {n: p.grad.norm().item() for n, p in model.named_parameters()}


# == wrong: gradient_norms: norms of the parameters
def gradient_norms(model):
    return {n: p.norm().item() for n, p in model.named_parameters() if p.grad is not None}


# == wrong: gradient_norms: squares
def gradient_norms(model):
    return {n: p.grad.square().sum().item() for n, p in model.named_parameters() if p.grad is not None}


# == wrong: gradient_norms: mean absolute values
def gradient_norms(model):
    return {n: p.grad.abs().mean().item() for n, p in model.named_parameters() if p.grad is not None}


# == wrong: gradient_norms: sums of absolute values
def gradient_norms(model):
    return {n: p.grad.norm(1).item() for n, p in model.named_parameters() if p.grad is not None}


# == wrong: gradient_norms: largest entries
def gradient_norms(model):
    return {n: p.grad.abs().max().item() for n, p in model.named_parameters() if p.grad is not None}


# == wrong: gradient_norms: root mean squares
def gradient_norms(model):
    return {n: p.grad.square().mean().sqrt().item() for n, p in model.named_parameters() if p.grad is not None}


# == wrong: gradient_norms: spectral norms of matrices
def gradient_norms(model):
    return {n: float(np.linalg.norm(p.grad.numpy(), 2)) for n, p in model.named_parameters() if p.grad is not None}


# == wrong: gradient_norms: leaves out gradients that are zero
def gradient_norms(model):
    norms = {n: p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None}
    return {n: norm for n, norm in norms.items() if norm > 0}


# == wrong: gradient_norms: a list
def gradient_norms(model):
    return [p.grad.norm().item() for p in model.parameters() if p.grad is not None]


# == wrong: gradient_norms: by number instead of name
def gradient_norms(model):
    return {i: p.grad.norm().item() for i, p in enumerate(model.parameters()) if p.grad is not None}


# == wrong: gradient_norms: tensors
def gradient_norms(model):
    return {n: p.grad.norm() for n, p in model.named_parameters() if p.grad is not None}


# == wrong: gradient_norms: clears the gradients that it has read
def gradient_norms(model):
    norms = {n: p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    return norms


# == wrong: gradient_norms: weights only
def gradient_norms(model):
    return {n: p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None and p.dim() > 1}


# == right: evaluate: line by line
def evaluate(model, x, y):
    mode = model.training
    model.eval()
    with torch.no_grad():
        logits = model(x)
        _, predicted = torch.max(logits, 1)
    if mode:
        model.train()
    return (predicted == y).sum().item() / len(y)


# == right: evaluate: a decorator, and a try that puts the mode back
@torch.no_grad()
def evaluate(model, x, y):
    was = model.training
    try:
        return float(np.mean((model.eval()(x).argmax(-1) == y).numpy()))
    finally:
        model.train(was)


# == right: evaluate: inference mode, in batches
def evaluate(model, x, y):
    was = model.training
    model.train(False)
    right = 0
    with torch.inference_mode():
        for rows, labels in zip(x.split(16), y.split(16)):
            right += int((torch.softmax(model(rows), 1).argmax(1) == labels).sum())
    model.train(was)
    return right / y.shape[0]


# == right: evaluate: puts back the mode of every submodule
def evaluate(model, x, y):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    with torch.set_grad_enabled(False):
        found = [int(model(row[None]).argmax()) for row in x]
    for module, mode in modes.items():
        module.training = mode
    return sum(a == b for a, b in zip(found, y.tolist())) / len(found)


# == wrong: evaluate: in training mode
def evaluate(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


# == wrong: evaluate: stays in eval mode
def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).double().mean().item()


# == wrong: evaluate: always ends in training mode
def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        share = (model(x).argmax(1) == y).double().mean().item()
    model.train()
    return share


# == wrong: evaluate: builds a graph
def evaluate(model, x, y):
    was = model.training
    model.eval()
    share = (model(x).argmax(1) == y).double().mean().item()
    model.train(was)
    return share


# == wrong: evaluate: builds a graph and detaches it
def evaluate(model, x, y):
    was = model.training
    model.eval()
    predicted = model(x).detach().argmax(1)
    model.train(was)
    return (predicted == y).double().mean().item()


# == wrong: evaluate: in percent
def evaluate(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        share = (model(x).argmax(1) == y).double().mean().item()
    model.train(was)
    return 100 * share


# == wrong: evaluate: the number of right answers
def evaluate(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        right = (model(x).argmax(1) == y).sum().item()
    model.train(was)
    return right


# == wrong: evaluate: the share of errors
def evaluate(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        wrong = (model(x).argmax(1) != y).double().mean().item()
    model.train(was)
    return wrong


# == wrong: evaluate: argmax over the batch
def evaluate(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        share = (model(x).argmax(0) == y[: model(x).shape[1]]).double().mean().item()
    model.train(was)
    return share


# == wrong: evaluate: a tensor
def evaluate(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        share = (model(x).argmax(1) == y).double().mean()
    model.train(was)
    return share


# == wrong: evaluate: eval mode for the dropout layers only
def evaluate(model, x, y):
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).double().mean().item()


# == wrong: evaluate: switches gradients off for good
def evaluate(model, x, y):
    was = model.training
    model.eval()
    for p in model.parameters():
        p.requires_grad_(False)
    share = (model(x).argmax(1) == y).double().mean().item()
    model.train(was)
    return share


# == right: train: a data loader, mean over batches
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    g = torch.Generator()
    g.manual_seed(seed)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=g
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        each = [train_step(model, a, b, nn.CrossEntropyLoss(), optimizer, max_norm)[0] for a, b in loader if len(a) > 1]
        losses.append(sum(each) / len(each))
    return losses


# == right: train: slices of a permutation
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr)
    history, n = [], len(x)
    for _ in range(epochs):
        order = torch.randperm(n, generator=generator)
        loss_sum = seen = 0
        for start in range(0, n, batch_size):
            rows = order[start : start + batch_size]
            if rows.numel() < 2:
                break
            loss, norm = train_step(model, x[rows], y[rows], nn.functional.cross_entropy, optimizer, max_norm)
            loss_sum += loss * rows.numel()
            seen += rows.numel()
        history.append(loss_sum / seen)
    return history


# == right: train: a NumPy generator of that seed, an array of losses kept as a tuple
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss()
    result = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        pieces = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
        pieces = [p for p in pieces if len(p) > 1]
        found = [train_step(model, x[p], y[p], criterion, optimizer, max_norm)[0] for p in pieces]
        result.append(np.average(found, weights=[len(p) for p in pieces]))
    return tuple(result)


# == right: train: without train_step, and evaluating along the way
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(epochs):
        model.eval()
        with torch.no_grad():
            model(x)
        model.train()
        order, each, weights = torch.randperm(len(x), generator=generator), [], []
        for rows in order.split(batch_size):
            if len(rows) == 1:
                continue
            model.zero_grad()
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
            each.append(loss.item())
            weights.append(len(rows))
        losses.append(float(np.average(each, weights=weights)))
    return losses


# == wrong: train: forgets the last batch
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        order, each = torch.randperm(len(x), generator=generator), []
        for k in range(len(x) // batch_size):
            rows = order[k * batch_size : (k + 1) * batch_size]
            each.append(train_step(model, x[rows], y[rows], nn.CrossEntropyLoss(), optimizer, max_norm)[0])
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: one order for all epochs
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [rows for rows in order.split(batch_size) if len(rows) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: seeds anew in each epoch
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        torch.manual_seed(seed)
        pieces = [rows for rows in torch.randperm(len(x)).split(batch_size) if len(rows) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: never shuffles
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [rows for rows in torch.arange(len(x)).split(batch_size) if len(rows) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: ignores the seed
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [rows for rows in torch.randperm(len(x)).split(batch_size) if len(rows) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: breaks on a batch of one row
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = torch.randperm(len(x), generator=generator).split(batch_size)
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: draws each batch with replacement
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = torch.randint(len(x), (len(x),), generator=generator).split(batch_size)
        pieces = [rows for rows in pieces if len(rows) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: labels of another order
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        x = x[torch.randperm(len(x), generator=generator)]
        pieces = [rows for rows in torch.arange(len(x)).split(batch_size) if len(rows) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: Adam instead of SGD
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [r for r in torch.randperm(len(x), generator=generator).split(batch_size) if len(r) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: momentum that nobody asked for
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    for _ in range(epochs):
        pieces = [r for r in torch.randperm(len(x), generator=generator).split(batch_size) if len(r) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: the sum over the batches
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [r for r in torch.randperm(len(x), generator=generator).split(batch_size) if len(r) > 1]
        losses.append(sum(train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces))
    return losses


# == wrong: train: the last batch's loss
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for r in torch.randperm(len(x), generator=generator).split(batch_size):
            if len(r) > 1:
                loss, _ = train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)
        losses.append(loss)
    return losses


# == wrong: train: a loss for every batch
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [r for r in torch.randperm(len(x), generator=generator).split(batch_size) if len(r) > 1]
        losses += [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
    return losses


# == wrong: train: clips at 1 whatever is asked
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [r for r in torch.randperm(len(x), generator=generator).split(batch_size) if len(r) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, 1.0)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: drops every partial batch of the loader
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    data = torch.utils.data.TensorDataset(x, y)
    g = torch.Generator().manual_seed(seed)
    loader = torch.utils.data.DataLoader(data, batch_size, shuffle=True, drop_last=True, generator=g)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        each = [train_step(model, a, b, nn.CrossEntropyLoss(), optimizer, max_norm)[0] for a, b in loader]
        losses.append(np.mean(each))
    return losses


# == wrong: train: batches of eight, whatever is asked
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [rows for rows in torch.randperm(len(x), generator=generator).split(8) if len(rows) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: two epochs, whatever is asked
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(2):
        pieces = [
            rows for rows in torch.randperm(len(x), generator=generator).split(batch_size) if len(rows) > 1
        ]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: returns the model
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        for r in torch.randperm(len(x), generator=generator).split(batch_size):
            if len(r) > 1:
                train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)
    return model


# == wrong: train: trains a copy
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    model = deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [r for r in torch.randperm(len(x), generator=generator).split(batch_size) if len(r) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses


# == wrong: train: makes the optimizer of another model's parameters
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(SimpleNN(2, 2, 2).parameters() if "SimpleNN" in globals() else nn.Linear(1, 1).parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        pieces = [r for r in torch.randperm(len(x), generator=generator).split(batch_size) if len(r) > 1]
        each = [train_step(model, x[r], y[r], nn.CrossEntropyLoss(), optimizer, max_norm)[0] for r in pieces]
        losses.append(sum(each) / len(each))
    return losses
