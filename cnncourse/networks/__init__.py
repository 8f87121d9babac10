"""Networks in PyTorch, and their trained weights."""
