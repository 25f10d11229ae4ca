# %% early_stopping
def early_stopping(losses, patience, min_delta=0.0):
    before, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < before - min_delta:
            best_epoch, waited = epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
        before = loss
    return len(losses) - 1, best_epoch
