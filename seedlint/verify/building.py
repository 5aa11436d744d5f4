"""In the process that is watched: build what the user named, and let it drop as in training."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from seedlint.verify.faults import blamed
from seedlint.verify.model import Fault, Json, VerifyError, to_json
from seedlint.verify.places import is_at_home
from seedlint.verify.watch import Watch

OLDEST = (2, 16)
BATCH = 4
# What else is open in a shape: one after the other is tried, for convolutions need some room.
SIZES = (8, 64, 224)
INSTALL = "install `seedlint[verify]`"


def drawn(job: Json, stage: Callable[[str], None]) -> Json:
    """What the model that ``job`` names draws in some steps of training. Raises `VerifyError`."""
    check_environment()
    watch = Watch(job["process"] == "disturbed")
    watch.install()
    stage("import")
    sys.path += [path for path in job["paths"] if path not in sys.path]
    target = job["target"]
    with blamed(f"importing `{target.rpartition(':')[0]}`", "import"):
        found = named(target)
    stage("build")
    watch.disturb()
    model, example = built(found, target, job["args"])
    check_versions(model)
    stage("probe")
    with blamed(f"a training step of `{target}`", "probe"):
        train(model, example, watch, job["steps"])
    return {
        "versions": versions(),
        "layers": [to_json(layer) for layer in watch.results(job["steps"])],
    }


# what there is


def check_environment() -> None:
    """Raises `VerifyError` where there is no TensorFlow to work with."""
    if find_spec("tensorflow") is None:
        raise VerifyError(Fault(f"TensorFlow is not installed: {INSTALL}"))
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend != "tensorflow":
        raise VerifyError(Fault(f"Keras is set to run on {backend}: set KERAS_BACKEND=tensorflow"))


def check_versions(model: Any) -> None:
    """Raises `VerifyError` if ``model`` is built on what cannot be watched."""
    check_tensorflow()
    if is_layer(model, "keras"):
        backend = import_module("keras").backend.backend()
        if backend != "tensorflow":
            raise VerifyError(Fault(f"Keras runs on {backend}: set KERAS_BACKEND=tensorflow"))


def check_tensorflow() -> None:
    """Raises `VerifyError` if TensorFlow is too old."""
    version = import_module("tensorflow").__version__
    if tuple(map(int, version.split(".")[:2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        needed = f"TensorFlow {version} is too old, {oldest} is needed: {INSTALL}"
        raise VerifyError(Fault(needed))


def versions() -> Mapping[str, str]:
    """The versions of Python and of what was imported."""
    packages = {"TensorFlow": "tensorflow", "Keras": "keras", "tf_keras": "tf_keras"}
    packages |= {"NumPy": "numpy"}
    loaded = {
        title: str(sys.modules[name].__version__)
        for title, name in packages.items()
        if name in sys.modules
    }
    return {"Python": sys.version.partition(" ")[0], **loaded}


# what the user named


def named(target: str) -> Any:
    """What ``target`` names: ``package.module:name``, or ``path.py:name``. Raises `VerifyError`."""
    home, _, dotted = target.rpartition(":")
    found: Any = _imported(home)
    for name in dotted.split("."):
        if not hasattr(found, name):
            raise VerifyError(Fault(f"`{home}` has no `{dotted}`", "import"))
        found = getattr(found, name)
    return found


def _imported(home: str) -> ModuleType:
    folder, dotted = _as_module(Path(home)) if home.endswith(".py") else (Path.cwd(), home)
    sys.path.insert(0, str(folder))
    is_at_home(folder)
    is_at_home(Path.cwd())
    spec = find_spec(dotted.partition(".")[0])
    if spec is None:
        raise VerifyError(Fault(f"there is no module `{home}`", "import"))
    for location in spec.submodule_search_locations or ():
        is_at_home(Path(os.path.realpath(location)))
    return import_module(dotted)


def _as_module(path: Path) -> tuple[Path, str]:
    """The folder from which the file ``path`` is imported, and the name by which it is."""
    path = Path(os.path.realpath(path))
    if not path.is_file():
        raise VerifyError(Fault(f"there is no file `{path}`", "import"))
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").exists():
        folder, parts = folder.parent, [folder.name, *parts]
    return folder, ".".join(parts)


def built(found: Any, target: str, given: Any) -> tuple[Any, Any]:
    """The model, and what to call it on, if that was given with it. Raises `VerifyError`."""
    made = found
    if not is_layer(found):
        if not callable(found):
            kind = type(found).__name__
            raise VerifyError(
                Fault(f"`{target}` is no function and no model, but `{kind}`", "build")
            )
        args, kwargs = ([], given) if isinstance(given, dict) else (given, {})
        _check_arguments(found, target, args, kwargs)
        with blamed(f"`{target}`", "build"):
            made = found(*args, **kwargs)
    model, example = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    if not is_layer(model):
        kind = type(model).__name__
        raise VerifyError(Fault(f"`{target}` returns `{kind}`, not a Keras model", "build"))
    return model, example


def _check_arguments(found: Any, target: str, args: list[Any], kwargs: Json) -> None:
    try:
        inspect.signature(found).bind(*args, **kwargs)
    except TypeError as error:
        hint = "; give them as JSON: --args '{\"rate\": 0.5}'" if not (args or kwargs) else ""
        needed = f"`{target}` cannot be called with these arguments: {error}{hint}"
        raise VerifyError(Fault(needed, "build")) from error
    except ValueError:
        # Some of what is written in C does not tell its signature.
        return


def is_layer(thing: Any, *packages: str) -> bool:
    """Whether ``thing`` is a layer of one of ``packages``, or of any Keras."""
    bases = {"keras": "keras.src.layers.layer", "tf_keras": "tf_keras.src.engine.base_layer"}
    homes = [bases[package] for package in packages or bases]
    known = tuple(sys.modules[home].__dict__["Layer"] for home in homes if home in sys.modules)
    return isinstance(thing, known)


# training


def train(model: Any, example: Any, watch: Watch, steps: int) -> None:
    """Let ``model`` do ``steps`` steps, in a graph as in ``fit``, unless it runs eagerly."""
    inputs = settled(model, example)
    training = {"training": True} if _takes_training(model) else {}

    def step() -> None:
        model(inputs, **training)

    eager = bool(getattr(model, "run_eagerly", False))
    # In `fit`, only Keras 2 lets autograph rewrite what `call` says.
    autograph = is_layer(model, "tf_keras")
    run = step if eager else import_module("tensorflow").function(step, autograph=autograph)
    watch.on = True
    for number in range(steps):
        watch.step = number
        watch.disturb()
        run()
    watch.on = False


def settled(model: Any, example: Any) -> Any:
    """Inputs that ``model`` takes; what it builds when it is first called, it has built."""
    candidates = list(_examples(model)) if example is None else [example]
    if not candidates:
        hint = "let it return the model and an example of its input, `(model, x)`"
        raise VerifyError(Fault(f"the model does not tell the shape of its input: {hint}", "probe"))
    training = {"training": False} if _takes_training(model) else {}
    for inputs in candidates[:-1]:
        try:
            model(inputs, **training)
        except (ValueError, import_module("tensorflow").errors.InvalidArgumentError):
            continue
        return inputs
    model(candidates[-1], **training)
    return candidates[-1]


def _takes_training(model: Any) -> bool:
    """Whether it can be told that it is trained; Keras 3 drops what `call` does not take."""
    return is_layer(model, "keras") or bool(getattr(model, "_expects_training_arg", False))


def _examples(model: Any) -> Iterator[Any]:
    wanted = _wanted(model)
    if wanted is not None:
        yield from (_ones(wanted, size) for size in SIZES)


def _wanted(model: Any) -> Any:
    """The shapes and types of the inputs of ``model``, in the form in which it takes them."""
    for holder in (model, getattr(model, "_functional", None)):
        for name in ("_inputs_struct", "_nested_inputs"):
            if getattr(holder, name, None) is not None:
                return getattr(holder, name)
    shapes = getattr(model, "_build_shapes_dict", None) or {}
    if len(shapes) == 1:
        return next(iter(shapes.values()))
    return getattr(model, "_build_input_shape", None)


def _ones(wanted: Any, size: int) -> Any:
    """Ones of the shapes in ``wanted``, with ``size`` where they are open."""
    if _is_shape(wanted) or hasattr(wanted, "shape"):
        shape = tuple(getattr(wanted, "shape", wanted))
        first = BATCH if shape[:1] == (None,) else size
        filled = [s if s is not None else size if at else first for at, s in enumerate(shape)]
        dtype = getattr(wanted, "dtype", "float32")
        tf = import_module("tensorflow")
        if dtype in ("string", tf.string):
            return tf.fill(filled, "a")
        return tf.ones(filled, dtype)
    if isinstance(wanted, Mapping):
        return {name: _ones(part, size) for name, part in wanted.items()}
    return type(wanted)(_ones(part, size) for part in wanted)


def _is_shape(wanted: Any) -> bool:
    sizes = isinstance(wanted, tuple | list) and all(
        s is None or isinstance(s, int) for s in wanted
    )
    return sizes or type(wanted).__name__ == "TensorShape"
