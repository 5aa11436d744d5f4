"""Why a layer is given no seed, and what its reader can do."""

from __future__ import annotations

from seedlint.data import dataclass
from seedlint.model import UNREAD


@dataclass(frozen=True, slots=True)
class Refusal:
    """A ``reason``, and an ``advice``."""

    reason: str
    advice: str


def others(keyword: str) -> Refusal:
    """It may run what cannot be called with ``keyword``."""
    reason = f"a call that builds it may run something else, which takes no `{keyword}`"
    return Refusal(reason, f"let all that is called there take a `{keyword}`")


def decorated(name: str) -> Refusal:
    """The function ``name`` may not be what is called by its name."""
    reason = f"`{name}`, which builds it several times, has a decorator of its own"
    return Refusal(reason, "let it take a `seed` and pass one at each call")


def no_init(name: str) -> Refusal:
    """The class ``name`` has nothing that could take a seed."""
    reason = f"`{name}`, which builds it, has no `__init__`"
    return Refusal(reason, "add one that takes a `seed`, and keep it")


NO_KEYWORD = Refusal("the seed is no argument of the call", "give the wrapper a parameter for it")
TWIN = Refusal(
    "`Bidirectional` would give both directions one seed",
    "give it a `backward_layer=` whose seed is another one",
)
STATELESS = Refusal(
    "a stateless function repeats its mask for a fixed seed",
    "make a `keras.random.SeedGenerator` with a seed once, and pass that",
)
NUMBER = Refusal(
    "the seed is computed from what the call gives, which is none itself",
    "let the function take a seed of its own",
)
UNPACKED = Refusal("its seed may be among unpacked arguments", "give it another one there")
SEEDING = Refusal(
    "the call in its place gives nothing, but seeds a generator",
    "make that a statement of its own, and pass a number",
)
EACH_STEP = Refusal("every step builds it anew", "build it once, with a seed of its own")
CHANGING = Refusal(
    "the seed at hand may change from run to run itself", "replace it where it is drawn"
)
HANDED_ON = Refusal(
    "its function is handed to code that cannot be seen", "give it a seed that its callers choose"
)
RECURSIVE = Refusal("the function that builds it calls itself", "pass a seed that changes")
NOT_READ = Refusal(UNREAD, "run `seedlint --fix` or `--diff`, which read all of them")
FROM_CONFIG = Refusal(
    "a `from_config` picks what it passes", "let it pass the seed that the config holds"
)
NO_FUNCTION = Refusal("a lambda builds it several times", "make it a function that takes a `seed`")
NO_NAME = Refusal("no name is left for a parameter", "let the function take a seed")
TOO_DEEP = Refusal("too many loops build it", "compute a seed from their indices")
TOO_MANY = Refusal("one function builds too many layers", "split it, or pass several seeds")
