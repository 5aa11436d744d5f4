"""Small models of packages that people use, each of which drops units in training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

Recipes = Mapping[str, Callable[[], Any]]
"""The name of each model, and what builds it."""

RATE = 0.5
LAYERS = 2
# Most models see only the first, FLEN and AFM both.
GROUPS = ("default_group", "other")


def deepctr() -> Recipes:
    models = import_module("deepctr.models")
    units = {"dnn_hidden_units": (4, 4), "dnn_dropout": RATE}
    towers = {"tower_dnn_hidden_units": (4,), "dnn_dropout": RATE}
    experts = towers | {"expert_dnn_hidden_units": (4,), "gate_dnn_hidden_units": (4,)}
    filters = {"conv_kernel_width": (2, 2), "conv_filters": (2, 2)}
    wide: dict[str, dict[str, Any]] = {
        "AFM": {"afm_dropout": RATE, "fm_group": GROUPS},
        "AutoInt": units,
        "CCPM": units | filters,
        "DCN": units,
        "DCNMix": units,
        "DIFM": units,
        "DeepFEFM": units,
        "DeepFM": units,
        "EDCN": {"dnn_dropout": RATE},
        "FGCNN": units | filters | {"new_maps": (2, 2), "pooling_width": (2, 2)},
        "FLEN": units,
        "FNN": units,
        "FiBiNET": units,
        "FwFM": units,
        "IFM": units,
        "NFM": units | {"bi_dropout": RATE},
        "ONN": units,
        "WDL": units,
        "xDeepFM": units,
    }
    deep: dict[str, dict[str, Any]] = {
        "ESMM": towers,
        "MMOE": experts,
        "PLE": experts,
        "PNN": units,
        "SharedBottom": towers | {"bottom_dnn_hidden_units": (4,)},
    }
    heads = {"BST": {"att_head_num": 4, "transformer_num": LAYERS}}
    recipes: dict[str, Callable[[], Any]] = {}
    for name, settings in wide.items():
        recipes[name] = partial(_wide, getattr(models, name), settings)
    for name, settings in deep.items():
        recipes[name] = partial(_deep, getattr(models, name), settings)
    # Not DIEN: no TensorFlow of today has the `array_ops.stack` that it calls.
    for name in ("BST", "DIN"):
        settings = units | heads.get(name, {})
        recipes[name] = partial(_sequence, getattr(models, name), settings)
    recipes["DSIN"] = partial(_sessions, models.DSIN, units)
    recipes["BiLSTM"] = _bilstm
    return recipes


def _wide(model: Any, settings: dict[str, Any]) -> Any:
    return model(_columns(), _columns(), **settings)


def _deep(model: Any, settings: dict[str, Any]) -> Any:
    return model(_columns(), **settings)


def _columns() -> list[Any]:
    features = import_module("deepctr.feature_column")
    named = enumerate(2 * GROUPS)
    return [features.SparseFeat(f"s{at}", 4, 4, group_name=group) for at, group in named]


def _history(names: list[str], length: str | None) -> list[Any]:
    features = import_module("deepctr.feature_column")
    shared = [features.SparseFeat(name, 4, 4, embedding_name="item") for name in names]
    return [features.VarLenSparseFeat(one, maxlen=4, length_name=length) for one in shared]


def _sequence(model: Any, settings: dict[str, Any]) -> Any:
    features = import_module("deepctr.feature_column")
    item = features.SparseFeat("item", 4, 4)
    return model([item, *_history(["hist_item"], "seq_length")], ["item"], **settings)


def _sessions(model: Any, settings: dict[str, Any]) -> Any:
    features = import_module("deepctr.feature_column")
    item = features.SparseFeat("item", 4, 4)
    history = _history(["sess_0_item", "sess_1_item"], None)
    heads = {"att_embedding_size": 1, "att_head_num": 4}
    return model([item, *history], ["item"], sess_max_count=2, **heads, **settings)


def _bilstm() -> Any:
    keras = import_module("tensorflow").keras
    inputs = keras.Input((3, 4))
    layer = import_module("deepctr.layers").BiLSTM(4, layers=LAYERS, dropout_rate=RATE)
    return keras.Model(inputs, layer(inputs))


def keras_hub() -> Recipes:
    models = import_module("keras_hub").models
    size = {"num_layers": LAYERS, "hidden_dim": 8, "intermediate_dim": 16}
    text = size | {"vocabulary_size": 12, "num_heads": 2, "dropout": RATE}
    grouped = text | {"num_query_heads": 4, "num_key_value_heads": 2}
    del grouped["num_heads"]
    image = {"image_shape": (32, 32, 3), "num_layers": LAYERS, "num_heads": 2, "hidden_dim": 8}
    rates = {"dropout_rate": RATE, "attention_dropout": RATE}
    settings: dict[str, dict[str, Any]] = {
        "AlbertBackbone": text | {"embedding_dim": 8, "num_inner_repetitions": 2},
        "BartBackbone": text,
        "BertBackbone": text,
        "BloomBackbone": text,
        "DebertaV3Backbone": text,
        "DeiTBackbone": image | rates | {"patch_size": 8, "intermediate_dim": 16},
        "DINOV2Backbone": image
        | {"patch_size": 8, "intermediate_dim": 16, "dropout_rate": RATE}
        | {"position_embedding_shape": (32, 32, 3)},
        "DistilBertBackbone": text,
        "EfficientNetBackbone": {
            "stackwise_kernel_sizes": [3],
            "stackwise_num_repeats": [4],
            "stackwise_input_filters": [8],
            "stackwise_output_filters": [8],
            "stackwise_expansion_ratios": [1],
            "stackwise_squeeze_and_excite_ratios": [0.25],
            "stackwise_strides": [1],
            "stackwise_block_types": ["v1"],
            "stackwise_width_coefficients": [1.0],
            "stackwise_depth_coefficients": [1.0],
            "input_shape": (32, 32, 3),
            "dropout": RATE,
        },
        "ElectraBackbone": text | {"vocab_size": 12, "embedding_dim": 8, "vocabulary_size": None},
        "ESMBackbone": text,
        "FNetBackbone": text | {"num_heads": None},
        "FalconBackbone": text
        | {"num_attention_heads": 2, "num_heads": None, "dropout": None}
        | {"attention_dropout_rate": RATE, "feedforward_dropout_rate": RATE},
        "GPT2Backbone": text,
        "GPTNeoXBackbone": text | {"rotary_percentage": 0.5},
        "GemmaBackbone": grouped | {"head_dim": 4},
        "GptOssBackbone": grouped | {"num_experts": 2},
        "LlamaBackbone": grouped,
        "MiTBackbone": {
            "layerwise_depths": [LAYERS, LAYERS],
            "num_layers": 2,
            "layerwise_num_heads": [1, 2],
            "layerwise_sr_ratios": [2, 1],
            "max_drop_path_rate": RATE,
            "layerwise_patch_sizes": [7, 3],
            "layerwise_strides": [4, 2],
            "image_shape": (32, 32, 3),
            "hidden_dims": [4, 8],
        },
        "MistralBackbone": grouped,
        "MixtralBackbone": grouped | {"num_experts": 2},
        "OPTBackbone": text,
        "Phi3Backbone": grouped,
        "QwenBackbone": grouped,
        "Qwen3Backbone": grouped | {"head_dim": 4},
        "QwenMoeBackbone": grouped
        | {"moe_intermediate_dim": 8, "shared_expert_intermediate_dim": 8}
        | {"num_experts": 2, "top_k": 1},
        "RobertaBackbone": text,
        "RoformerV2Backbone": text | {"head_size": 4},
        "SwinTransformerBackbone": rates
        | {"image_shape": (32, 32, 3), "embed_dim": 8, "depths": [LAYERS, LAYERS]}
        | {"num_heads": [2, 2], "window_size": 4, "drop_path": RATE},
        "T5Backbone": text,
        "ViTBackbone": image | rates | {"patch_size": 8, "mlp_dim": 16},
        "WhisperBackbone": text | {"num_mels": 8, "max_encoder_sequence_length": 8},
        "XLMRobertaBackbone": text,
        "XLNetBackbone": text,
    }
    return {name: partial(_backbone, getattr(models, name), settings[name]) for name in settings}


def _backbone(model: Any, settings: dict[str, Any]) -> Any:
    return model(**{name: value for name, value in settings.items() if value is not None})


PACKAGES: Mapping[str, Callable[[], Recipes]] = {"deepctr": deepctr, "keras_hub": keras_hub}
KERAS_2 = frozenset({"deepctr"})
