# %% train_step
def train_step(model, x, y, loss_fn, optimizer, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), norm.item()
