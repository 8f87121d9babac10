"""Training networks: the loop, augmentation, transfer, ensembles."""
