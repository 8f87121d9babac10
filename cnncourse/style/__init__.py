"""Style: Gram matrices, neural style transfer, and what a network sees."""
