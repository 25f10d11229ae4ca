# %% SimpleNN
class Chain(nn.Module):
    def forward(self, x):
        for layer in (self.fc1, self.bn1, self.relu, self.fc2):
            x = layer(x)
        return x


class SimpleNN(Chain):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.relu = nn.ReLU(inplace=True)
        self.fc2, self.fc1 = nn.Linear(n_hidden, n_out), nn.Linear(n_in, n_hidden)
        self.bn1 = nn.BatchNorm1d(n_hidden)
        nn.init.kaiming_normal_(self.fc1.weight, nonlinearity="relu")


# %% train_step
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    model.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    norm = torch.cat([g.flatten() for g in grads]).double().norm().item()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    optimizer.step()
    return [float(loss.detach()), norm]


# %% gradient_norms
def gradient_norms(model):
    norms = {}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            norms[name] = np.linalg.norm(parameter.grad.numpy().ravel())
    return norms


# %% evaluate
def evaluate(model, x, y):
    mode = model.training
    right = 0
    with torch.inference_mode():
        model.eval()
        for rows, labels in zip(x.split(16), y.split(16)):
            right += int((model(rows).argmax(1) == labels).sum())
    model.train(mode)
    return right / len(y)


# %% train
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    data = torch.utils.data.TensorDataset(x, y)
    generator = torch.Generator().manual_seed(seed)
    loader = torch.utils.data.DataLoader(data, batch_size=batch_size, shuffle=True, generator=generator)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        found = [
            train_step(model, rows, labels, nn.functional.cross_entropy, optimizer, max_norm)[0]
            for rows, labels in loader
            if len(rows) > 1
        ]
        losses.append(sum(found) / len(found))
    return losses
