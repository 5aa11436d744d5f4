"""Files that are not parsed, because the layers that they name are none of Keras."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedlint.foreign import is_foreign
from tests.projects import Places, found, write
from tests.projects import run as linted

NAMES = frozenset({b"Dropout", b"LSTM", b"dropout"})
LOOKALIKES = frozenset({"flax", "torch"})
NN = "from torch import nn\n"

DOUBTFUL = {
    "no library at all": "nn.Dropout(0.5)\n",
    "Keras": "from keras import layers\nlayers.Dropout(0.5)\n",
    "both": NN + "from keras import layers\nnn.Dropout(0.5)\nlayers.Dropout(0.5)\n",
    "one name for both": NN
    + "try:\n    from keras import layers as nn\nexcept: pass\nnn.Dropout(1)\n",
    "a name from the project": NN + "from .layers import Dropout\nDropout(0.5)\n",
    "a module of the project": NN + "from . import layers\nlayers.Dropout(0.5)\n",
    "a module of the project called torch": "from .torch import nn\nnn.Dropout(0.5)\n",
    "a star": NN + "from .layers import *\nDropout(0.5)\n",
    "an import over lines": NN
    + "from .layers import (  # (\n    Dense,\n    Dropout,\n)\nDropout(1)\n",
    "an import in a line": NN + "if a: import keras as k; k.layers.Dropout(0.5)\n",
    "a module that is a parameter": NN + "def f(layers): return layers.Dropout(0.5)\n",
    "a name that is set again": NN + "nn = keras.layers\nnn.Dropout(0.5)\n",
    "a class of an alias": "import keras\nL = keras.layers\nd = L.Dropout\nd(0.5)\n",
    "a class of a parameter": "import keras\ndef f(L): return g(L.Dropout)\n",
    "a function of an alias": "import tensorflow as tf\nnn = tf.nn\nf = partial(nn.dropout)\n",
    "of a module in an attribute": "import tensorflow as tf\n\n\nclass A:\n"
    "    def f(self, x):\n        self.nn = tf.nn\n        return self.nn.dropout(x, 0.5)\n",
    "of a module in some attribute": "import base\n\n\nclass A(base.A):\n"
    "    def f(self, x):\n        return self.layers.Dropout(0.5)(x)\n",
    "another name for it": "import torch\nfrom keras.layers import Dropout as D\nD(0.5)\n",
    "of what a call gives": NN + "def f(get):\n    return get(1).dropout, get(2).Dropout\n",
    "no import": "def f(dropout=0.1): return dropout\n",
    "what a call gives": NN + "layers().Dropout(0.5)\n",
    "looked up by its name": "import keras\ngetattr(keras.layers, 'Dropout')(0.5)\n",
    "a rate that is set from outside": "import config\nconfig.defaults.dropout = 0.0\n",
    "a package that only begins so": "import torchless as t\nimport torch\nt.Dropout(0.5)\n",
}
FOREIGN = {
    "a module": NN + "nn.Dropout(0.5)\n",
    "a dotted module": "import torch.nn as nn\nimport torch\nnn.Dropout(1); torch.nn.LSTM(1)\n",
    "a name": "from torch.nn import Dropout as D, LSTM\nD(0.5); LSTM(1)\n",
    "a class of the file": NN + "class Dropout(nn.Module): pass\nDropout(0.5)\n",
    "an attribute": NN + "class A(nn.Module):\n    def forward(self, x): return self.dropout(x)\n",
    "an argument": NN + "def f(dropout=0.1): return g(dropout=config.dropout)\n",
    "settings": "import os\nclass A:\n    def f(self, dropout=0.1): self.dropout = dropout\n",
    "a setting that is read": "import keras\nb = Block(dropout=settings.dropout)\n",
    "a setting of an object": "import lib\ncfg = lib.Config()\nb = Block(cfg.dropout)\n",
    "what an object does": "import torch\n\n\nclass A:\n"
    "    def f(self, x):\n        self.net = Net()\n        return self.net.dropout(x)\n",
    "a setting that is compared": "import os\nif settings.dropout == 0.0: pass\n",
    "its name in a text": "import keras\nNAMES = ['Dropout']\n",
    "other imports": NN + "from .layers import Dense\nimport os\nnn.Dropout(0.5)\n",
    "text": NN + '"""keras.layers.Dropout is another one."""\n',
    "words that hold a name": NN + "from . import CudnnLSTMs\nCudnnLSTMs(1)\n",
}


@pytest.mark.parametrize("text", DOUBTFUL.values(), ids=DOUBTFUL)
def test_in_doubt_a_file_is_parsed(text: str) -> None:
    assert not is_foreign(text.encode(), NAMES, LOOKALIKES)


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_layers_of_another_library(text: str) -> None:
    assert is_foreign(text.encode(), NAMES, LOOKALIKES)


def test_a_file_for_torch_that_calls_a_helper_for_keras_is_parsed(tmp_path: Path) -> None:
    files = {
        "blocks.py": "from keras import layers\ndef block(x, seed=None):\n"
        "    return layers.Dropout(0.5, seed=seed)(x)\n",
        "compare.py": NN
        + "from blocks import block\na = block(1)  # SDL001\nb = nn.Dropout(0.5)\n",
    }
    wanted: Places = {("compare.py", 3, "SDL001")}
    assert found(tmp_path, linted(write(tmp_path, files))) == wanted
