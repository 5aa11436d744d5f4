"""A layer or model drops units and takes no seed.

## What it does
Finds layers and ready-made models that drop, and whose signature has no seed: Keras 2 recurrent and
attention layers with a `dropout` that is not 0, `TransformerEncoder`, `TransformerDecoder` and
`FNetEncoder` of keras_hub, and of `keras.applications` all `EfficientNet*` (they drop whole
branches, with or without their top), `MobileNet` and `MobileNetV3*` with their top.

Nothing is reported where the program may seed the generator that the layer uses. This rule is off
by default: there is nothing to mend at the place itself. Set `extend-select = ["SDL012"]`.

## Why is this bad?
No `seed=` can make these masks the same in every run; only a global seed can. Measured with
TensorFlow 2.21: in `tf_keras` 2.21, `LSTM` and `GRU` take a `seed` that is ignored with
`recurrent_dropout`, in `Bidirectional` and by `clone_model`, and `MultiHeadAttention` refuses one.
`EfficientNetB0(include_top=False)` of Keras 3.15 holds nine unseeded `Dropout` layers.

## Example
```python
base = keras.applications.EfficientNetB0(include_top=False)
```

## Use instead
```python
keras.utils.set_random_seed(1337)
base = keras.applications.EfficientNetB0(include_top=False)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.layers import Layer
from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import Example, Rule, described, example


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place that builds what drops and takes no seed."""
    for layer in project.layers:
        is_meant = layer.is_unseedable and layer.wrapper is None
        if is_meant and not project.may_seed(layer.module, layer.generator):
            yield RULE.finding(layer, _message(layer))


def _message(layer: Layer) -> str:
    remedy = "call `keras.utils.set_random_seed` before it is built"
    what = f"{described(layer)} drops and takes no seed"
    return f"{what}: only a global seed makes it repeatable; {remedy}"


SILENT = (
    example(
        "off unless it is asked for",
        """
from keras.applications import EfficientNetB0

base = EfficientNetB0(include_top=False)
""",
    ),
    example(
        "Keras 3 layers take a seed",
        """
from keras import layers

a = layers.LSTM(8, dropout=0.2, seed=7)
b = layers.MultiHeadAttention(2, 8, dropout=0.1)
""",
        extend_select=["SDL012"],
    ),
    example(
        "nothing is dropped",
        """
import keras_hub
from keras.applications import MobileNet, MobileNetV2, MobileNetV3Small, ResNet50

a = keras_hub.layers.TransformerEncoder(64, 4)
b = keras_hub.layers.TransformerEncoder(64, 4, dropout=0.0)
c = MobileNet(include_top=False)
d = MobileNet(dropout=0)
e = MobileNetV3Small(include_top=False, dropout_rate=0.5)
f = MobileNetV2()
g = ResNet50()
""",
        extend_select=["SDL012"],
    ),
    Example(
        "the program that builds it seeds everything",
        {
            "net.py": """
from keras.applications import EfficientNetB0

def net():
    return EfficientNetB0(include_top=False)
""",
            "train.py": """
import keras
import net

keras.utils.set_random_seed(7)
model = net.net()
""",
        },
        {"extend-select": ["SDL012"]},
    ),
)

CAUGHT = (
    example(
        "Keras 2 recurrent and attention layers",
        """
from tf_keras import layers

a = layers.LSTM(8, dropout=0.2)  # SDL012
b = layers.Bidirectional(layers.GRU(8, recurrent_dropout=0.2, seed=7))  # SDL012
c = layers.MultiHeadAttention(2, 8, dropout=0.1)  # SDL012
""",
        extend_select=["SDL012"],
    ),
    example(
        "ready-made layers and models",
        """
import keras_hub
import tensorflow as tf
from keras import applications

def encoder(x, rate):
    x = keras_hub.layers.TransformerEncoder(64, 4, dropout=rate)(x)  # SDL012
    return keras_hub.layers.FNetEncoder(64, 0.1)(x)  # SDL012

a = tf.keras.applications.EfficientNetB0(include_top=False)  # SDL012
b = applications.efficientnet_v2.EfficientNetV2S()  # SDL012
c = applications.MobileNet(weights="imagenet")  # SDL012
d = applications.MobileNetV3Large(dropout_rate=0.3)  # SDL012
""",
        extend_select=["SDL012"],
    ),
)

RULE = Rule("SDL012", "unseedable-dropout", __doc__, check, SILENT, CAUGHT)
