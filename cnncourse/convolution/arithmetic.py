"""The arithmetic of convolution: output sizes, parameters, multiplications and receptive fields.

Sizes are in pixels along one axis; a kernel of f pixels with dilation d reaches over d(f − 1) + 1 pixels.
"""

from cnncourse.arguments import shown, true_or_false, whole_number, whole_numbers

LAYER_MINIMA = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}  # in the order of a layer's tuple


def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    """Return ⌊(n + 2p − d(f − 1) − 1) / s⌋ + 1, the outputs along one axis of n pixels.

    `padding` is the number of pixels added at each of the two ends (Dumoulin & Visin 2016, relationship 15). Raises
    ValueError when the kernel does not fit.

    >>> output_size(6, kernel_size=3)
    4
    >>> output_size(7, kernel_size=3, stride=2, padding=1)
    4
    """
    n = whole_number("n", n, minimum=1)
    kernel_size = whole_number("kernel_size", kernel_size, minimum=1)
    stride = whole_number("stride", stride, minimum=1)
    padding = whole_number("padding", padding, minimum=0)
    reach = whole_number("dilation", dilation, minimum=1) * (kernel_size - 1) + 1
    padded = n + 2 * padding
    if reach > padded:
        spread = f" with dilation {dilation} reaches over {reach} pixels and" if dilation > 1 else ""
        raise ValueError(f"kernel_size {kernel_size}{spread} is larger than the padded input {padded}")
    return (padded - reach) // stride + 1


def same_padding(kernel_size, dilation=1):
    """Return d(f − 1) / 2, the padding at each end that keeps the size at stride 1; ValueError where it is not whole.

    >>> same_padding(3), same_padding(5), same_padding(3, dilation=2)
    (1, 2, 2)
    """
    kernel_size = whole_number("kernel_size", kernel_size, minimum=1)
    both_ends = whole_number("dilation", dilation, minimum=1) * (kernel_size - 1)
    if both_ends % 2:
        raise ValueError(
            f"kernel_size {kernel_size} with dilation {dilation} needs {both_ends} padded pixels, "
            "an odd number that two ends cannot share; expected an odd kernel_size"
        )
    return both_ends // 2


def conv_parameters(in_channels, out_channels, kernel_size, bias=True, groups=1):
    """Return the weights and biases of a 2-D convolutional layer, (f·f·C/groups + 1)·K, whatever the picture's size.

    `kernel_size` is one number or (height, width).

    >>> conv_parameters(3, 10, kernel_size=3)  # (27 + 1)·10
    280
    """
    weights = _weights(in_channels, out_channels, kernel_size, groups)
    return weights + out_channels * true_or_false("bias", bias)


def conv_multiplications(in_channels, out_channels, kernel_size, output_height, output_width, groups=1):
    """Return the multiplications of one picture's pass: each output value costs f·f·C/groups of them.

    `kernel_size` is one number or (height, width); `output_height` and `output_width` are in pixels.

    >>> conv_multiplications(192, 32, kernel_size=5, output_height=28, output_width=28)
    120422400
    """
    weights = _weights(in_channels, out_channels, kernel_size, groups)
    height = whole_number("output_height", output_height, minimum=1)
    return weights * height * whole_number("output_width", output_width, minimum=1)


def receptive_field(layers):
    """Return for each layer the (size, jump, start) of its units' fields in the picture (Araujo et al. 2019).

    `layers` lists (kernel_size, stride, padding) or (kernel_size, stride, padding, dilation), first layer first.
    Unit i sees `size` pixels centred at `start + i·jump`. Positions are continuous: pixel 0 spans 0 to 1, so its
    centre is 0.5, and the field spans start + i·jump ± size/2; parts outside the picture lie on padding.

    >>> receptive_field([(3, 1, 1), (2, 2, 0), (3, 1, 1)])
    [(3, 1, 0.5), (4, 2, 1.0), (8, 2, 1.0)]
    """
    fields = []
    size, jump, start_doubled = 1, 1, 1
    for kernel_size, stride, padding, dilation in _checked_layers(layers):
        reach = dilation * (kernel_size - 1)
        size += reach * jump
        start_doubled += (reach - 2 * padding) * jump
        jump *= stride
        fields.append((size, jump, _half(start_doubled)))
    return fields


def _weights(in_channels, out_channels, kernel_size, groups):
    in_channels = whole_number("in_channels", in_channels, minimum=1)
    out_channels = whole_number("out_channels", out_channels, minimum=1)
    height, width = whole_numbers("kernel_size", kernel_size, length=2, minimum=1)
    groups = whole_number("groups", groups, minimum=1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % groups:
            raise ValueError(f"{name} {channels} must be a multiple of groups {groups}")
    return height * width * (in_channels // groups) * out_channels


def _half(number):
    try:
        return number / 2
    except OverflowError:
        raise ValueError("layers must have fields whose centres fit in a float, got one that lies further") from None


def _checked_layers(layers):
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"layers must be a list of (kernel_size, stride, padding), got {type(layers).__name__}")
    return [_checked_layer(number, layer) for number, layer in enumerate(layers)]


def _checked_layer(number, layer):
    if not isinstance(layer, (list, tuple)) or len(layer) not in (3, 4):
        raise ValueError(
            f"layers[{number}] must be (kernel_size, stride, padding) or with dilation, got {shown(layer)}"
        )
    values = layer if len(layer) == 4 else (*layer, 1)
    kernel_size, stride, padding, dilation = values
    plain = type(kernel_size) is type(stride) is type(padding) is type(dilation) is int
    if plain and kernel_size > 0 and stride > 0 and padding >= 0 and dilation > 0:
        return values
    return [
        whole_number(f"{name} of layers[{number}]", value, minimum)
        for (name, minimum), value in zip(LAYER_MINIMA.items(), values, strict=True)
    ]
