"""Where a visitor stands: the scopes and blocks around it, and the order of what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seedlint.data import replace
from seedlint.extract.drafts import quick
from seedlint.facts import Block, BlockKind, Expr, Leaves, Param, Scope, ScopeKind, Spot

if TYPE_CHECKING:
    import libcst as cst
else:
    from seedlint.extract import nodes as cst

made_block, made_scope, made_spot = quick(Block), quick(Scope), quick(Spot)


class Places:
    """The scopes and blocks of one module, and which of them are open."""

    def __init__(self) -> None:
        self.blocks = [Block(BlockKind.BODY, -1, 0, 0, 0)]
        self.scopes = [Scope(ScopeKind.MODULE, "", -1, Spot(0, 0, 0), 0)]
        self._clock = 0
        self._groups = 0
        self._block = [0]
        self._scope = [0]

    @property
    def scope(self) -> int:
        """The innermost open scope."""
        return self._scope[-1]

    @property
    def is_unconditional(self) -> bool:
        """Whether what stands here happens whenever its scope runs to its end."""
        return self._block[-1] == self.scopes[self._scope[-1]].body

    def home_of_walrus(self) -> int:
        """The scope that a walrus binds in: not that of a comprehension."""
        kinds = ((index, self.scopes[index].kind) for index in reversed(self._scope))
        return next(index for index, kind in kinds if kind is not ScopeKind.COMPREHENSION)

    def spot(self) -> Spot:
        """Here and now."""
        self._clock += 1
        return made_spot(self._scope[-1], self._block[-1], self._clock)

    def group(self) -> int:
        """A number for the arms of one branch."""
        self._groups += 1
        return self._groups

    def open_block(
        self,
        kind: BlockKind,
        group: int,
        arm: int = 0,
        test: Expr | None = None,
        holds: bool = True,
        leaves: Leaves = Leaves.NOTHING,
        exhaustive: bool = False,
    ) -> None:
        self._clock += 1
        outer = self._block[-1]
        self.blocks.append(
            made_block(kind, outer, group, arm, self._clock, test, holds, leaves, exhaustive)
        )
        self._block.append(len(self.blocks) - 1)

    def close_block(self) -> None:
        self._block.pop()

    def close_or_drop_block(self) -> None:
        """Leave the innermost block, which never was if nothing has happened in it."""
        block = self._block.pop()
        if self._clock == self.blocks[block].order:
            self.blocks.pop()
            self._clock -= 1
            self._groups -= 1

    def leave_loops(self, block: int) -> None:
        """Note that the loops around ``block``, up to here, have one turn at most."""
        while block != self._block[-1]:
            known = self.blocks[block]
            if known.kind is BlockKind.LOOP:
                self.blocks[block] = replace(known, leaves=Leaves.LOOP)
            block = known.parent

    def open_scope(
        self,
        kind: ScopeKind,
        name: str,
        spot: Spot,
        params: tuple[Param, ...] = (),
        decorators: tuple[Expr, ...] = (),
        bases: tuple[Expr, ...] = (),
        block: BlockKind = BlockKind.BODY,
    ) -> int:
        """Enter a scope whose definition stands at ``spot`` and whose body is a ``block``."""
        parent = self._scope[-1]
        self.open_block(block, self.group())
        self.scopes.append(
            made_scope(
                *(kind, name, parent, spot, self._block[-1], params, decorators, bases),
                *((), (), False),
            )
        )
        self._scope.append(len(self.scopes) - 1)
        return self._scope[-1]

    def close_scope(self) -> None:
        self._scope.pop()
        self.close_block()

    def step_to(self, spot: Spot) -> None:
        """Stand where ``spot`` is, until `step_back`."""
        self._scope.append(spot.scope)
        self._block.append(spot.block)

    def step_back(self) -> None:
        self._scope.pop()
        self._block.pop()

    def update_scope(self, index: int, **more: Any) -> None:
        self.scopes[index] = replace(self.scopes[index], **more)

    def owner(self, name: str) -> int:
        """The scope whose name ``name`` is when the current scope binds it."""
        index = self._scope[-1]
        scope = self.scopes[index]
        word = dict(scope.outer_names).get(name) if scope.outer_names else None
        if word == "global":
            return 0
        return scope.parent if word == "nonlocal" else index

    def class_of_self(self, base: cst.BaseExpression) -> int | None:
        """The class whose instance ``base`` is: the first parameter of an enclosing method."""
        if type(base) is not cst.Name:
            return None
        name = base.value
        for index in reversed(self._scope):
            scope = self.scopes[index]
            names = [param.name for param in scope.params]
            if name in names:
                is_method = self.scopes[scope.parent].kind is ScopeKind.CLASS
                return scope.parent if is_method and names[0] == name else None
        return None
