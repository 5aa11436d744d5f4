"""The state of the generators of a model: taken, kept beside checkpoints, set again.

Keras keeps the weights of a model and the state of its optimizer, not that of its generators: a
resumed run draws the masks of the first steps once more. Measured with TensorFlow 2.21.0, Keras
3.15.1 and tf_keras 2.21.0, for ``.keras``, ``.weights.h5``, ``.h5`` and TensorFlow's own
checkpoints; a `SavedModel` of tf_keras holds the generators, but what is loaded from it begins with
an optimizer of step 0.

Nothing here imports TensorFlow or Keras before a model is given.
"""

from __future__ import annotations

from seedlint.state.callback import kept
from seedlint.state.files import beside, load, save
from seedlint.state.models import capture, restore
from seedlint.state.records import StateError

__all__ = ["StateError", "beside", "capture", "kept", "load", "restore", "save"]
