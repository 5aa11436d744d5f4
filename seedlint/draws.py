"""What would seed the generator that a seed is drawn from.

Of a generator of its own that is the call that makes it, if that runs once for a model: one that is
made anew with a fixed seed draws the same numbers each time. The global one has to be seeded before
the draw, wherever that is.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.catalogue import Catalogue
from seedlint.data import dataclass, replace
from seedlint.facts import Attr, Binding, BlockKind, Expr, Import, Name, ScopeKind
from seedlint.layers import Layer
from seedlint.model import Span
from seedlint.names import Names
from seedlint.plans import Ask
from seedlint.refusals import NOT_READ, Refusal
from seedlint.runs import Doubt, Multiplicity
from seedlint.sources import Sources
from seedlint.units import Units
from seedlint.values import Api, Made, is_nothing, origin

NUMPY = Api("numpy.random")
UNSEEN = (Doubt.LIBRARY, Doubt.HANDED_ON)


@dataclass(frozen=True, slots=True)
class Start:
    """``<prefix>.seed(...)`` is to be called in ``module``, behind the import at ``behind``."""

    module: str
    behind: Span
    prefix: str


class Draws:
    """Answers for one project."""

    def __init__(
        self,
        names: Names,
        catalogue: Catalogue,
        units: Units,
        multiplicity: Multiplicity,
        sources: Sources,
    ) -> None:
        self._names = names
        self._modules = names.modules
        self._catalogue = catalogue
        self._units = units
        self._multiplicity = multiplicity
        self._sources = sources

    def of(self, layer: Layer) -> Iterator[Ask | Start | Refusal]:
        """What has to be seeded for the draws of NumPy that ``layer`` may get its seed from."""
        for alt in layer.seed:
            birth = self._sources.birth(alt.value)
            made = origin(alt.value)
            if made is not None and birth is not None and birth.generator == "numpy":
                yield self._seeding(layer, made)

    def _seeding(self, layer: Layer, made: Made) -> Ask | Start | Refusal:
        inner = self._inner(made)
        if inner is not None:
            return self._seeding(layer, inner)
        if made.call is None or not isinstance(made.by, Api):
            return _UNTOLD
        if self._catalogue.sources[made.by.path].kind == "global":
            return self._global(made.module, made.call)
        name = made.by.path.rpartition(".")[2]
        if name == "Generator":
            return _UNTOLD
        keyword = "entropy" if name == "SeedSequence" else "seed"
        return self._refusal(layer, made.module, made.call) or Ask(made.module, made.call, keyword)

    def _inner(self, made: Made) -> Made | None:
        """The generator, or the draw, that the generator ``made`` gets its seed from."""
        found = [alt.value for alt in self._sources.seed_of(made) if not is_nothing(alt.value)]
        inner = origin(found[0]) if len(found) == 1 else None
        birth = None if inner is None else self._sources.birth(inner)
        return inner if birth is not None and birth.generator == "numpy" else None

    # generators of their own

    def _refusal(self, layer: Layer, module: str, call: int) -> Refusal | None:
        """Why what ``call`` makes must not be given a fixed seed, if so."""
        args = self._modules.call(module, call).args
        if any(arg.star for arg in args):
            return _UNTOLD
        at = self._names.place(module, call)
        flow = self._modules.flow(module)
        blocks = (flow.facts.blocks[index] for index in flow.enclosing(at.spot.block))
        if any(block.kind is BlockKind.LOOP for block in blocks):
            return _AGAIN
        unit = self._units.of(module, at.spot)
        if unit.scope == 0:
            return None
        runs = self._multiplicity.of(
            replace(layer, module=module, call=call, given=self._names.guards(at), wrapper=None)
        )
        if runs.doubt is Doubt.UNREAD:
            return NOT_READ
        is_function = self._modules.scope(unit).kind is ScopeKind.FUNCTION
        is_many = runs.many or runs.doubt in UNSEEN or unit in self._units.stepping
        # What is no layer draws at each step, and its function may run as often.
        return _AGAIN if is_many or not is_function or layer.site.row.draws != "layer" else None

    # the global generator

    def _global(self, module: str, call: int) -> Start | Refusal:
        known = self._modules.call(module, call)
        if self._sources.may_unsettle(module, "numpy"):
            return _UNSETTLED
        if not isinstance(known.func, Attr):
            return _UNREACHED
        values = self._names.values(known.func.base, self._names.place(module, call))
        binding = self._import(module, known.spot.scope, known.func.base)
        prefix = _dotted(known.func.base)
        if binding is None or binding.span is None or [alt.value for alt in values] != [NUMPY]:
            return _UNREACHED
        return Start(module, binding.span, prefix)

    def _import(self, module: str, scope: int, expr: Expr) -> Binding | None:
        """The import at the top of ``module`` that ``expr``, used in ``scope``, goes back to."""
        while isinstance(expr, Attr):
            expr = expr.base
        if not isinstance(expr, Name):
            return None
        flow = self._modules.flow(module)
        if any((inner, expr.id) in flow.bindings for inner in flow.scopes_around(scope)):
            return None
        bound = flow.bindings.get((0, expr.id), ())
        body = flow.facts.scopes[0].body
        if not all(isinstance(one.value, Import) and one.spot.block == body for one in bound):
            return None
        return bound[0] if bound else None


def _dotted(expr: Expr) -> str:
    match expr:
        case Attr(base, name):
            return f"{_dotted(base)}.{name}"
        case Name(name):
            return name
    return ""


_UNTOLD = Refusal("what the generator is made of cannot be told", "seed it with a fixed number")
_AGAIN = Refusal(
    "the generator may be made several times, and a fixed seed would repeat its numbers",
    "make it once, with a seed, and pass it on",
)
_UNREACHED = Refusal(
    "the file does not reach `numpy.random.seed` by an import at its top",
    "call `numpy.random.seed` once, before the draw",
)
_UNSETTLED = Refusal(
    "NumPy is seeded with nothing, or with what changes from run to run",
    "call `numpy.random.seed` with a fixed number there",
)
