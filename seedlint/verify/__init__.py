"""The proof on the real TensorFlow: what fresh processes draw, compared."""
