"""Networks that make pictures: a variational autoencoder and two that keep a picture as whole numbers.

`vae` (Kingma and Welling 2013), `vector_quantizer` (van den Oord et al. 2017) and `residual_quantizer` (Lee et al.
2022) hold the mathematics, `face_networks` the encoder and decoder they share, `picture_batches` the way from uint8
pictures to the networks and back.
"""
