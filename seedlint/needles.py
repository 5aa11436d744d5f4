"""What a file must hold to matter, and what settings may name: known before anything is loaded.

Tests compare it with the rules and the catalogue, which take far longer to load than to look at a
few files in which nothing can be found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

FAMILIES = (
    "dropout",
    "noise",
    "recurrent",
    "attention",
    "augmentation",
    "initializer",
    "random-op",
)
DEFAULT_FAMILIES = FAMILIES[:4]
CODES = frozenset({*(f"SDL{number:03}" for number in range(1, 13)), "SDL100"})
# They have to be selected by more than `SDL`.
OPTIONAL = frozenset({"SDL012"})

# Of the names of a family that takes a seed, each holds one of these.
OF_FAMILY = {
    "dropout": "ropout DropBlock2D DropPath",
    "noise": "GaussianNoise",
    "recurrent": "LSTM GRU SimpleRNN",
    "attention": "Attention",
    "augmentation": "AugMix CutMix MixUp RandAugment RandomBrightness RandomColorDegeneration"
    " RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip"
    " RandomGaussianBlur RandomGrayscale RandomHeight RandomHue RandomInvert RandomPerspective"
    " RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear"
    " RandomTranslation RandomWidth RandomZoom Solarization",
    "initializer": "GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform"
    " Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling glorot_normal"
    " glorot_uniform he_normal he_uniform lecun_normal lecun_uniform orthogonal random_normal"
    " random_uniform truncated_normal variance_scaling",
    "random-op": "beta binomial categorical gamma multinomial normal poisson randint"
    " random_brightness random_contrast random_crop random_flip_left_right random_flip_up_down"
    " random_hue random_jpeg_quality random_saturation shuffle uniform",
}
# A file that holds all words of one of them matters to the rule, even if it names no layer.
OF_RULE: dict[str, tuple[tuple[str, ...], ...]] = {
    # Not "random" alone: that would have nearly every file parsed.
    "SDL008": (("random", "keras.random"), ("random", "keras import random"), ("stateless_",)),
    "SDL010": (("seed", "get_config"),),
    "SDL011": (("enable_op_determinism",), ("PYTHONHASHSEED",)),
    # What names such a layer, and what may seed it.
    "SDL012": tuple(
        (word,)
        for word in (
            *("EfficientNet", "FNetEncoder", "MobileNet", "ResNetRS", "StochasticDepth"),
            *("TransformerDecoder", "TransformerEncoder"),
            *("random.seed", "random.set_seed", "set_random_seed"),
        )
    ),
}
# What these are about needs no layer, nor anything else that draws.
WITHOUT_DRAWS = frozenset({"SDL010", "SDL011"})
OF_COMMENTS = (("seed", "seedlint"), ("SDL",))

Needle = tuple[bytes, ...]
Search = tuple[tuple[bytes, bytes, tuple[Needle, ...]], ...]
"""Needles by their first words, each behind its capitals."""

SMALL = bytes({*range(256)}.difference(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))


def capitals(data: bytes) -> bytes:
    """The capitals and digits in ``data``, one sign of sixteen.

    To take them out takes less than to look for the short names of two layers.
    """
    return data.translate(None, SMALL)


def search(needles: Iterable[Needle]) -> Search:
    """What `holds` is to look for: words that begin several needles are looked for once."""
    rests: dict[bytes, list[Needle]] = defaultdict(list)
    for first, *rest in needles:
        rests[first].append(tuple(rest))
    return tuple((telling(first), first, tuple(rests[first])) for first in rests)


def telling(word: bytes) -> bytes:
    """The capitals of ``word``, if they are enough to tell that a text does not hold it."""
    found = capitals(word)
    return found if len(found) > 1 else b""


def holds(data: bytes, large: bytes, sought: Search) -> bool:
    """Whether ``data``, whose `capitals` are ``large``, holds all words of a needle."""
    for signs, first, rests in sought:
        if signs in large and first in data:
            for rest in rests:
                if all(word in data for word in rest):
                    return True
    return False


def of_layers(families: Iterable[str], extra: Iterable[str]) -> tuple[Needle, ...]:
    """What names a layer of one of ``families``, or one of the project's own: ``extra``."""
    words = {word for family in families for word in OF_FAMILY[family].split()}
    return tuple((word.encode(),) for word in sorted({*words, *extra}))


def of_draws(codes: Iterable[str]) -> tuple[Needle, ...]:
    """What else draws, or seeds what does, and matters to one of the rules ``codes``."""
    return _of_rules(set(codes) - WITHOUT_DRAWS)


def of_others(codes: Iterable[str]) -> tuple[Needle, ...]:
    """What draws nothing and matters to one of the rules ``codes``, or silences it."""
    comments = tuple(tuple(map(str.encode, needle)) for needle in OF_COMMENTS)
    return _of_rules(WITHOUT_DRAWS.intersection(codes)) + comments


def _of_rules(codes: Iterable[str]) -> tuple[Needle, ...]:
    found = [needle for code in sorted(codes) for needle in OF_RULE.get(code, ())]
    return tuple(tuple(map(str.encode, needle)) for needle in found)
