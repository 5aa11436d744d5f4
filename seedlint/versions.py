"""Which Keras each file means."""

from __future__ import annotations

from collections.abc import Mapping, Set

from seedlint import pins
from seedlint.catalogue import Catalogue, KerasVersion
from seedlint.config import Config
from seedlint.facts import Import, ModuleFacts
from seedlint.layers import KerasVersionOf


class Versions:
    """Decides which Keras each file means."""

    def __init__(
        self, config: Config, catalogue: Catalogue, modules: Mapping[str, ModuleFacts]
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._modules = modules
        self._pinned = pins.keras_version(config.root) if config.keras_version is None else None

    def given(self, reached: Mapping[str, Set[str]]) -> KerasVersionOf:
        """The decision, given the outside names that each module calls."""
        marks = {
            path: self._mark(facts, reached.get(path, frozenset()))
            for path, facts in self._modules.items()
        }

        def version(module: str, api: str) -> KerasVersion:
            by_path = self._catalogue.keras_of(api)
            if by_path is not None:
                return by_path
            if self._config.keras_version is not None:
                return 2 if self._config.keras_version == 2 else 3
            facts = self._modules.get(module)
            if facts is not None and api.startswith("tensorflow.") and _is_legacy(facts):
                return 2
            return marks.get(module) or self._pinned or 3

        return version

    def _mark(self, facts: ModuleFacts, reached: Set[str]) -> KerasVersion | None:
        """The Keras that the names used in a file exist in; 3 where they disagree."""
        imported = {
            value.path
            for value in (binding.value for binding in facts.bindings)
            if isinstance(value, Import) and value.level == 0
        }
        imported.update(star.module for star, _ in facts.stars)
        found = {self._catalogue.marked(path) for path in imported | reached}
        return 3 if 3 in found else 2 if 2 in found else None


def _is_legacy(facts: ModuleFacts) -> bool:
    """Whether the file sets ``TF_USE_LEGACY_KERAS``: then ``tf.keras`` is Keras 2."""
    return any(
        variable.name == "TF_USE_LEGACY_KERAS" and variable.value in ("1", "True", "true")
        for variable in facts.environ
    )
