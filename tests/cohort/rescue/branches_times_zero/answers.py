# %% build_rescued
class Idle(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, h):
        return h + 1e-6 * torch.relu(self.linear(h))


def build_rescued(depth, width, n_in, n_out):
    idle = [Idle(width) for _ in range(depth)]
    return nn.Sequential(nn.Linear(n_in, width), nn.ReLU(), *idle, nn.Linear(width, n_out))
