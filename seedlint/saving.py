"""What lets the ``get_config`` of a custom layer save its seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seedlint.configs import CustomLayer
from seedlint.facts import Attr, Name
from seedlint.mends import Mends, Texts, shown
from seedlint.model import Applicability, Edit, Fix
from seedlint.names import Names
from seedlint.turns import CannotMendError
from seedlint.values import At, Const, Local, Param

SEED = "seed"


class Saving:
    """Answers for one project."""

    def __init__(self, names: Names, mends: Mends, texts: Texts) -> None:
        self._names = names
        self._modules = names.modules
        self._classes = names.classes
        self._mends = mends
        self._texts = texts

    def of(self, layer: CustomLayer) -> Fix:
        """What lets ``layer`` save its seed."""
        try:
            edits = tuple(dict.fromkeys(self._edits(layer.local)))
        except CannotMendError as error:
            return shown(error.reason, error.advice)
        return Fix(f"Save the `{SEED}`", Applicability.UNSAFE, edits)

    def _edits(self, cls: Local) -> list[Edit]:
        """The edits for ``cls``, or for the base that it has its config from."""
        lineage = self._classes.lineage(cls)
        config = self._method(lineage, "get_config")
        owner = self._modules.room(config)
        above = self._classes.method(lineage[lineage.index(owner) + 1 :], "get_config")
        if above is not None and self._asks_above(config):
            try:
                return list(self._own(self._modules.room(above[0])))
            except CannotMendError:
                pass
        return list(self._own(owner))

    def _own(self, cls: Local) -> Iterator[Edit]:
        """The edits by which ``cls`` itself saves the seed, and so all that use its config."""
        config = self._method((cls,), "get_config")
        users = [cls, *(h for h in self._classes.heirs(cls) if self._uses(h, config))]
        attribute = self._attribute(self._classes.lineage(cls), None)
        keeper = None
        if attribute is None:
            keeper = self._method(self._classes.lineage(cls), "__init__")
            if SEED not in self._params(keeper):
                raise _not_taken(self._modules.scope(cls).name)
            if any(self._is_taken(user) for user in users):
                raise CannotMendError(
                    f"`self.{SEED}` is not the seed that it is given", "save what makes it"
                )
            yield from self._mends.kept_as_attribute(keeper, SEED)
        for user in users:
            lineage = self._classes.lineage(user)
            if self._attribute(lineage, keeper) != (attribute or SEED):
                raise _not_taken(self._modules.scope(user).name)
            reader = self._classes.method(lineage, "from_config")
            if reader is not None and not self._passes_all(reader[0]):
                raise CannotMendError(
                    "its `from_config` picks what it takes", f"save the `{SEED}`, and take it there"
                )
        for edit in self._mends.saved(config, SEED, attribute or SEED):
            if edit.path not in self._texts.editable:
                raise CannotMendError(
                    f"`{edit.path}` would have to change", "run seedlint on the whole project"
                )
            yield edit

    def _method(self, lineage: Sequence[Local], name: str) -> Local:
        found = self._classes.method(lineage, name)
        if found is None:
            raise CannotMendError(f"it has no `{name}` of its own", "save the seed by hand")
        return found[0]

    def _params(self, function: Local) -> set[str]:
        return {param.name for param in self._modules.scope(function).params}

    def _uses(self, heir: Local, config: Local) -> bool:
        """Whether the config of ``heir`` holds what ``config`` gives."""
        nearest = self._method(self._classes.lineage(heir), "get_config")
        return nearest == config or self._asks_above(nearest)

    def _asks_above(self, config: Local) -> bool:
        flow = self._modules.flow(config.module)
        inside = (flow.facts.calls[index].func for index in flow.calls_below(config.scope))
        return any(isinstance(func, Attr) and func.name == "get_config" for func in inside)

    def _passes_all(self, reader: Local) -> bool:
        """Whether the ``from_config`` hands on whatever it is given."""
        flow = self._modules.flow(reader.module)
        inside = (flow.facts.calls[index] for index in flow.calls_below(reader.scope))
        return any(arg.star == "**" for call in inside for arg in call.args)

    def _is_taken(self, cls: Local) -> bool:
        """Whether the name of the seed means something in ``cls`` already."""
        return any(
            (owner.scope, SEED) in place
            for owner in self._classes.lineage(cls)
            for flow in (self._modules.flow(owner.module),)
            for place in (flow.attributes, flow.bindings)
        )

    # where the seed is kept

    def _attribute(self, lineage: Sequence[Local], keeper: Local | None) -> str | None:
        """The attribute in which the first class of ``lineage`` has the seed that it is given.

        As if the function ``keeper`` kept it.
        """
        found = self._classes.method(lineage, "__init__")
        if found is None:
            return None
        init, owner = found[0], self._modules.room(found[0])
        if init == keeper:
            return SEED
        kept = sorted(self._kept(init, owner), key=lambda name: (name.strip("_") != SEED, name))
        if kept:
            return kept[0]
        above = lineage[lineage.index(owner) + 1 :]
        return self._attribute(above, keeper) if self._hands_on(init) else None

    def _kept(self, init: Local, owner: Local) -> Iterator[str]:
        """The attributes that ``init`` sets to the seed, and nothing to anything else."""
        body = self._modules.scope(init).body
        for (scope, name), bindings in self._modules.flow(init.module).attributes.items():
            if scope != owner.scope or len(bindings) != 1:
                continue
            if bindings[0].mutates or bindings[0].value != Name(SEED):
                continue
            spot = bindings[0].spot
            if (spot.scope, spot.block) == (init.scope, body) and self._is_given(
                init, At(init.module, spot)
            ):
                yield name

    def _is_given(self, init: Local, at: At) -> bool:
        """Whether the seed is at ``at`` what ``init`` was given, or what stands in for it."""
        given = Param(init, SEED)
        found = [alt.value for alt in self._names.values(Name(SEED), at)]
        return given in found and all(v == given or isinstance(v, Const) for v in found)

    def _hands_on(self, init: Local) -> bool:
        """Whether ``init`` passes the seed on to a base."""
        takes = SEED in self._params(init)
        for call in self._modules.flow(init.module).facts.calls:
            is_above = isinstance(call.func, Attr) and call.func.name == "__init__"
            if not is_above or call.spot.scope != init.scope:
                continue
            if takes and any(arg.value == Name(SEED) for arg in call.args):
                return True
            if not takes and all(arg.name != SEED for arg in call.args):
                return any(arg.star == "**" for arg in call.args)
        return False


def _not_taken(name: str) -> CannotMendError:
    return CannotMendError(
        f"`{name}` has this config too, and keeps no `{SEED}`", f"let `{name}` take and keep one"
    )
