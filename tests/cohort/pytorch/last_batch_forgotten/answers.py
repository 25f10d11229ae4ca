# %% train
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        order, found = torch.randperm(len(x), generator=generator), []
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size]
            found.append(train_step(model, x[rows], y[rows], nn.CrossEntropyLoss(), optimizer, max_norm)[0])
        losses.append(sum(found) / len(found))
    return losses
