"""Receptive fields through any network: every tensor of a forward pass carries what its units see of the picture.

A field holds for each axis of the picture (size, jump, start) as `cnncourse.convolution.receptive_field` means them.
Where branches meet, the field is the smallest interval that holds the fields of all of them.
"""

from functools import reduce

import torch
from torch.overrides import TorchFunctionMode

MIXING = ("conv", "pool", "linear", "matmul", "mm", "einsum", "interpolate", "upsample", "fold", "roll", "flip", "fft")
MIXING += ("attention", "layer_norm", "group_norm", "instance_norm", "grid_sample", "transpose", "permute")
WIDENING = ("Transpose", "Unpool", "Fold", "Unfold")  # layers whose windows stand in their output


def picture_field(shape):
    """Return the field of a picture `(N, C, …)`: each pixel sees itself.

    >>> picture_field((1, 3, 32, 32))
    ((1, 1, 0.5), (1, 1, 0.5))
    """
    return ((1, 1, 0.5),) * (len(shape) - 2)


def field_of(value):
    """Return the field a tensor carries, or None where it is not known."""
    return getattr(value, "_field", None)


def widened(module, field, input_shape, output_shape):
    """Return the field behind a layer with windows (`kernel_size`, `stride`, `padding`, …), or None if it has none."""
    windows = _windows(module, len(input_shape) - 2, input_shape, output_shape)
    if field is None or windows is None:
        return None
    return tuple(map(_widened_axis, field, *windows))


def has_windows(module):
    """Say whether a layer slides windows over its input, so that `widened` knows its field."""
    kind = type(module).__name__
    windows = all(hasattr(module, name) for name in ("kernel_size", "stride", "padding"))
    return _adapts(module) or (windows and not any(word in kind for word in WIDENING))


class FieldsCarried(TorchFunctionMode):
    """While active, hand each tensor's field on to what PyTorch's functions make of it.

    Functions that keep height and width keep the field; slices with steps stretch it; what mixes places and is not a
    layer with windows gives None. Constants that a module keeps as plain tensors meet the pictures on the meta device.
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """Call the function, and mark its results with the field of its arguments."""
        kwargs = kwargs or {}
        if len({tensor.is_meta for tensor in tensors((args, kwargs))}) > 1:
            args, kwargs = weightless(args), weightless(kwargs)
        result = func(*args, **kwargs)
        inputs = [t for t in tensors((args, kwargs)) if hasattr(t, "_field")]
        if inputs:
            name = getattr(func, "__name__", "")
            for output in tensors(result):
                output._field = _carried(name, inputs, output, args)
        return result


def _carried(name, inputs, output, args):
    if name == "__getitem__":
        return _sliced(field_of(inputs[0]), args[1])
    field = reduce(_joined, map(field_of, inputs))
    if field is None or len(field) != output.dim() - 2:
        return _flattened(field, inputs[0], output)
    same_places = output.shape[2:] == inputs[0].shape[2:] or name == "pad"
    return field if same_places and not any(word in name for word in MIXING) else None


def _flattened(field, before, after):
    """Return the field of `(N, features)` made of maps of a single place each; else None."""
    single = field is not None and after.dim() == 2 and before.shape[2:].numel() == 1
    return field if single else None


def _joined(first, second):
    if first is None or second is None or len(first) != len(second):
        return None
    return tuple(map(_joined_axis, first, second))


def _joined_axis(first, second):
    low = min(start - size / 2 for size, _, start in (first, second))
    high = max(start + size / 2 for size, _, start in (first, second))
    return (int(high - low), max(first[1], second[1]), (low + high) / 2)


def _sliced(field, index):
    """Return the field of maps[index]; None for anything but slices that go forward."""
    if field is None:
        return None
    steps = _index_of_each_axis(index if isinstance(index, tuple) else (index,), len(field) + 2)[2:]
    if any(not isinstance(part, slice) or (part.start or 0) < 0 or (part.step or 1) < 1 for part in steps):
        return None
    return tuple(
        (size, jump * (part.step or 1), start + jump * (part.start or 0))
        for (size, jump, start), part in zip(field, steps, strict=True)
    )


def _index_of_each_axis(index, axes):
    if Ellipsis not in index:
        return [*index, *[slice(None)] * (axes - len(index))]
    place = index.index(Ellipsis)
    return [*index[:place], *[slice(None)] * (axes + 1 - len(index)), *index[place + 1 :]]


def _widened_axis(field, kernel_size, stride, padding, dilation):
    size, jump, start = field
    reach = dilation * (kernel_size - 1)
    return size + reach * jump, jump * stride, start + (reach / 2 - padding) * jump


def _windows(module, axes, input_shape, output_shape):
    """Return kernel sizes, strides, paddings and dilations, each for all axes; None where windows differ in size."""
    if _adapts(module):
        steps = [n // m if n % m == 0 else None for n, m in zip(input_shape[2:], output_shape[2:], strict=True)]
        return None if None in steps else (steps, steps, [0] * axes, [1] * axes)
    kernel_size, dilation = _each(module.kernel_size, axes), _each(getattr(module, "dilation", 1), axes)
    stride = _each(module.kernel_size if module.stride is None else module.stride, axes)
    if module.padding == "same":
        return kernel_size, stride, [d * (k - 1) // 2 for k, d in zip(kernel_size, dilation, strict=True)], dilation
    return kernel_size, stride, _each(0 if module.padding == "valid" else module.padding, axes), dilation


def _adapts(module):
    return type(module).__name__.startswith("Adaptive")


def _each(value, axes):
    return list(value) if isinstance(value, (tuple, list)) else [value] * axes


def tensors(value):
    """Yield the tensors in a value, inside tuples, lists and dicts too."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors(list(value.values()))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors(item)


def weightless(value):
    """Return a value with every tensor replaced by one on the meta device; those that are there already stay."""
    if isinstance(value, torch.Tensor):
        return value if value.is_meta else torch.empty_like(value, device="meta")
    if isinstance(value, dict):
        return {key: weightless(item) for key, item in value.items()}
    return type(value)(map(weightless, value)) if type(value) in (tuple, list) else value
