"""What every layer of a network makes, holds and costs, without making or computing any of it.

The forward pass runs on PyTorch's meta device, where tensors have a shape and no numbers: VGG-19's half gigabyte of
weights is neither copied nor read.
"""

import contextlib

import torch
from torch import nn

from cnncourse.arguments import shown, whole_number
from cnncourse.networks.summary_fields import FieldsCarried, field_of, has_windows, picture_field, tensors, widened
from cnncourse.networks.summary_rows import Row, Summary

with torch.device("meta"):  # at first use PyTorch loads its rules of shapes, for a second: now, not in a summary
    nn.Linear(1, 1)(torch.empty(1, 1))

NORMS = (nn.modules.batchnorm._BatchNorm, nn.modules.instancenorm._InstanceNorm, nn.GroupNorm, nn.LayerNorm)


def summarise(module, input_shape):
    """Return a `Summary`, one `Row` for each call of a layer, of the module's forward pass in evaluation mode.

    `input_shape` is that of one example, (3, 224, 224), and so are the shapes and counts then; with a batch in front,
    (8, 3, 224, 224), they are the batch's. A layer is a module without parts, or one that has parameters of its own;
    those that the pass does not reach come last. Multiplications are those of inputs with weights; normalisation,
    pooling and activations count as 0, layers unknown to the course as None. Parameters that are shared count once,
    where they are first used. The module stays as it is, also where the pass fails. Raises ValueError for a shape that
    does not go through.

    >>> [tuple(row) for row in summarise(nn.Sequential(nn.Conv2d(3, 10, 3), nn.ReLU()), (3, 32, 32))]
    [('0', (10, 30, 30), 280, 243000), ('1', (10, 30, 30), 0, 0)]
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"module must be a torch.nn.Module, got {shown(module)}")
    shape, batched = _batch_shape(module, input_shape)
    watch = _Watch(module, batched)
    with _evaluation(module), watch.hooked(), torch.no_grad(), torch.device("meta"):
        picture = torch.empty(shape, dtype=_dtype(module))
        picture._field = picture_field(shape)
        try:
            with FieldsCarried():
                torch.func.functional_call(module, _weightless(module), (picture,))
        except (RuntimeError, ValueError, IndexError) as problem:
            place = f" at layer {watch.inside}" if watch.inside else ""
            raise ValueError(
                f"input_shape {tuple(input_shape)} does not go through the module{place}: {problem}"
            ) from problem
    return Summary([*watch.rows, *watch.unreached()])


class _Watch:
    """Hooks on every layer, and the rows they wrote."""

    def __init__(self, module, batched):
        self.layers = {name or type(module).__name__: part for name, part in module.named_modules() if _is_layer(part)}
        self.own = {name: list(part.parameters(recurse=False)) for name, part in self.layers.items()}
        self.batched, self.rows, self.inside, self._counted = batched, [], "", set()

    @contextlib.contextmanager
    def hooked(self):
        handles = []
        try:
            for name, layer in self.layers.items():
                handles.append(layer.register_forward_pre_hook(self._enter(name)))
                handles.append(layer.register_forward_hook(self._leave(name), with_kwargs=True))
            yield
        finally:
            for handle in handles:
                handle.remove()

    def unreached(self):
        """Return rows for the layers with parameters that the pass never called."""
        reached = {row.name for row in self.rows}
        rows = [
            Row(name, None, self._new_parameters(name), 0, type(layer).__name__)
            for name, layer in self.layers.items()
            if name not in reached
        ]
        return [row for row in rows if row.parameters]

    def _enter(self, name):
        def enter(layer, args):
            self.inside = name

        return enter

    def _leave(self, name):
        def leave(layer, args, kwargs, output):
            self.inside = ""
            x, y = next(tensors((args, kwargs)), None), next(tensors(output), None)
            if x is None or y is None:
                return
            if has_windows(layer):
                y._field = widened(layer, field_of(x), x.shape, y.shape)
            self.rows.append(self._row(name, layer, x, y))

        return leave

    def _row(self, name, layer, x, y):
        shape = tuple(y.shape) if self.batched else tuple(y.shape[1:])
        count = _multiplications(layer, self.own[name], x, y)
        memory = y.numel() * y.element_size()
        return Row(name, shape, self._new_parameters(name), count, type(layer).__name__, memory, _plain(field_of(y)))

    def _new_parameters(self, name):
        own = [parameter for parameter in self.own[name] if id(parameter) not in self._counted]
        self._counted.update(map(id, own))
        return sum(parameter.numel() for parameter in own)


def _is_layer(module):
    has_own = next(module.parameters(recurse=False), None) is not None
    has_parts = next(module.children(), None) is not None
    return has_own or not (has_parts or isinstance(module, (nn.Sequential, nn.ModuleList, nn.ModuleDict)))


def _multiplications(layer, own, x, y):
    if hasattr(layer, "multiplications"):
        return layer.multiplications(tuple(y.shape))
    if isinstance(layer, nn.modules.conv._ConvNd):
        steps = x if layer.transposed else y
        return steps.numel() * layer.weight[0].numel()
    if isinstance(layer, nn.Linear):
        return y.numel() * layer.in_features
    return None if own and not isinstance(layer, NORMS) else 0


def _plain(field):
    """Return a field as (size, jump, start): plain numbers where all axes agree, else tuples."""
    if not field:
        return None
    return field[0] if len(set(field)) == 1 else tuple(zip(*field, strict=True))


def _batch_shape(module, input_shape):
    """Return the shape of the batch to send through, and whether `input_shape` had the batch in it."""
    if not isinstance(input_shape, (tuple, list, torch.Size)) or not input_shape:
        raise TypeError(f"input_shape must be a tuple such as (3, 224, 224), got {shown(input_shape)}")
    shape = tuple(whole_number("input_shape", n, 1) for n in input_shape)
    axes = next((axes for axes in map(_axes, module.modules()) if axes is not None), 0)
    if not axes or len(shape) == axes or (axes == 1 and len(shape) > 2):
        return (1, *shape), False
    if len(shape) == axes + 1:
        return shape, True
    raise ValueError(f"input_shape must have {axes} numbers, or {axes + 1} with the batch in front, got {shape}")


def _axes(module):
    """Return how many axes one example has, where the layer's class says so; 0 before a Flatten, where any may be."""
    if isinstance(module, (nn.Flatten, nn.Unflatten)):
        return 0
    if isinstance(module, nn.Linear):
        return 1
    dimensions = type(module).__name__[-2:]
    return int(dimensions[0]) + 1 if dimensions in ("1d", "2d", "3d") else None


def _dtype(module):
    return next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.get_default_dtype())


def _weightless(module):
    named = [*module.named_parameters(), *module.named_buffers()]
    return {name: torch.empty_like(tensor, device="meta") for name, tensor in named}


@contextlib.contextmanager
def _evaluation(module):
    training = {part: part.training for part in module.modules()}
    try:
        for part in training:
            part.training = False
        yield
    finally:
        for part, was in training.items():
            part.training = was
