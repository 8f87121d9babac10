"""CNN Course: convolutional neural networks to see, move and write yourself."""

__version__ = "0.1.0"
