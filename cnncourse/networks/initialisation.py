"""First weights of a network."""

from torch import nn


def he_initialise(module, generator=None):
    """Draw all convolutions' and linear layers' weights afresh, in place: N(0, 2 / fan-out), linear N(0, 1 / fan-in).

    Fan-out is the kernel's area times the maps it makes. Biases become 0, batch norms scale by 1 and shift by 0.
    Source: He et al. 2015, "Delving deep into rectifiers", eq. 14.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu", generator=generator)
        elif isinstance(part, nn.BatchNorm2d):
            nn.init.ones_(part.weight)
        elif isinstance(part, nn.Linear):
            nn.init.normal_(part.weight, std=part.in_features**-0.5, generator=generator)
        if isinstance(getattr(part, "bias", None), nn.Parameter):
            nn.init.zeros_(part.bias)
