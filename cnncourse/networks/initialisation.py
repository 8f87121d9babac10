"""First weights of a network."""

from torch import nn


def he_initialise(module, generator=None):
    """Draw the weights of all convolutions from N(0, 2 / fan-out) and of linear layers from N(0, 0.01²), in place.

    Fan-out is the kernel's area times the maps it makes (He et al. 2015, "Delving deep into rectifiers", eq. 14); so
    little in the last layer makes the first answers nearly even. Biases become 0, batch norms scale by 1, shift by 0.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu", generator=generator)
        elif isinstance(part, nn.BatchNorm2d):
            nn.init.ones_(part.weight)
        elif isinstance(part, nn.Linear):
            nn.init.normal_(part.weight, std=0.01, generator=generator)
        if isinstance(getattr(part, "bias", None), nn.Parameter):
            nn.init.zeros_(part.bias)
