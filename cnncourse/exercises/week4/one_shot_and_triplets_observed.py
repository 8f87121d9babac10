"""How the losses of notebook 4.1 are looked at: their value and their gradients, which training needs."""

import torch

from cnncourse.exercises.compare import is_tensor


def value_and_gradients(f, *args):
    """Call a loss with tensors that want gradients; return the loss and the gradients, or the result and None.

    Where there is no row, no gradient can reach one: there a loss without a gradient is as good.
    """
    leaves = [arg.clone().requires_grad_() if is_tensor(arg) and arg.is_floating_point() else arg for arg in args]
    wanting = [leaf for leaf in leaves if is_tensor(leaf) and leaf.requires_grad]
    loss = f(*leaves)
    if not is_tensor(loss) or loss.ndim:
        return (loss.detach() if is_tensor(loss) else loss), None
    if loss.requires_grad:
        loss.backward()
    elif any(leaf.numel() for leaf in wanting):
        return loss.item(), None
    return loss.item(), [gradient_of(leaf) for leaf in wanting]


def gradient_of(leaf):
    """Return the gradient that reached a tensor, an array; zeros where none did."""
    return (torch.zeros_like(leaf) if leaf.grad is None else leaf.grad).detach().numpy()
