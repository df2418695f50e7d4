"""``keras-version = "auto"``: what a project's own files ask for, however they spell it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from keraslint.cli import main
from keraslint.config import Options, settings
from keraslint.config.dependencies import SOURCES, wanted
from keraslint.pairing.versions import NEWEST

if TYPE_CHECKING:
    from pathlib import Path

SERIES = [*(f"3.{minor}" for minor in range(14)), "3.14.0", "3.14", "3.15"]
SINCE = {minor: SERIES[minor:] for minor in range(14)}
"""The versions that are judged for, from each series on."""

# What stands in which files, the versions that are judged for, and the file that decided.
CASES: dict[str, tuple[dict[str, str], list[str], str]] = {
    "nothing": ({}, ["3.15"], ""),
    "no keras": ({"requirements.txt": "numpy\n"}, ["3.15"], ""),
    "any keras": ({"requirements.txt": "keras\n"}, ["3.15"], "requirements.txt"),
    "at least": ({"requirements.txt": "keras >= 3.12  # for metrics\n"}, SINCE[12], "requirements.txt"),
    "one release": ({"requirements.txt": "keras==3.5.0\n"}, ["3.5.0"], "requirements.txt"),
    "one series": ({"requirements.txt": "keras==3.5.*\n"}, ["3.5"], "requirements.txt"),
    "compatible": ({"requirements.txt": "keras~=3.13\n"}, SINCE[13], "requirements.txt"),
    "a gap": ({"requirements.txt": "keras>=3.13,!=3.14.0\n"}, ["3.13", "3.14", "3.15"], "requirements.txt"),
    "3.14.0 alone": ({"requirements.txt": "keras==3.14.0\n"}, ["3.14.0"], "requirements.txt"),
    "Keras 2": ({"requirements.txt": "Keras<3\n"}, ["2.15"], "requirements.txt"),
    "old Keras": ({"requirements.txt": "keras==2.2.4\n"}, ["2.15"], "requirements.txt"),
    "both": ({"requirements.txt": "keras>=2.10,<3.2\n"}, ["2.15", "3.0", "3.1"], "requirements.txt"),
    "marked": (
        {"requirements.txt": "keras==3.6.0 ; python_version >= '3.9'\n"}, ["3.6.0"], "requirements.txt",
    ),
    "pip-tools": (
        {"requirements.txt": "keras==3.8.0 \\\n    --hash=sha256:00\n    # via tensorflow\n"},
        ["3.8.0"],
        "requirements.txt",
    ),
    "options and links": (
        {"requirements.txt": "-r base.txt\n--pre\nkeras @ git+https://example.org/keras\n# keras==3.1.0\n"},
        ["3.15"],
        "",
    ),
    "another file of requirements": (
        {"requirements-dev.txt": "keras==3.4.1\n"},
        ["3.4.1"], "requirements-dev.txt",
    ),
    "TensorFlow before 2.16": ({"requirements.txt": "tensorflow==2.12.0\n"}, ["2.15"], "requirements.txt"),
    "TensorFlow": ({"requirements.txt": "tensorflow[and-cuda]>=2.20\n"}, SINCE[10], "requirements.txt"),
    "any TensorFlow": ({"requirements.txt": "tensorflow-cpu\n"}, ["3.15"], "requirements.txt"),
    "TensorFlow 2": (
        {"requirements.txt": "tensorflow>=2.10,<3\n"}, ["2.15", *SINCE[0]], "requirements.txt",
    ),
    "keras before TensorFlow": (
        {"requirements.txt": "tensorflow==2.12.0\nkeras==3.7.0\n"}, ["3.7.0"], "requirements.txt",
    ),
    "pyproject": (
        {"pyproject.toml": "[project]\ndependencies = ['keras>=3.13']\n"},
        SINCE[13], "pyproject.toml",
    ),
    "an extra": (
        {"pyproject.toml": "[project.optional-dependencies]\ntrain = ['keras==3.11.*']\n"},
        ["3.11"], "pyproject.toml",
    ),
    "a group": (
        {"pyproject.toml": "[dependency-groups]\ndev = ['keras==3.11.*']\n"},
        ["3.11"], "pyproject.toml",
    ),
    "the project before its extras": (
        {
            "pyproject.toml": "[project]\ndependencies = ['keras==3.9.*']\n"
            "[project.optional-dependencies]\nold = ['keras==3.1.*']\n"
        },
        ["3.9"],
        "pyproject.toml",
    ),
    "Poetry, caret": (
        {"pyproject.toml": "[tool.poetry.dependencies]\nkeras = '^3.13'\n"}, SINCE[13], "pyproject.toml",
    ),
    "Poetry, tilde": (
        {"pyproject.toml": "[tool.poetry.dependencies]\nkeras = {version = '~3.5', extras = []}\n"},
        ["3.5"],
        "pyproject.toml",
    ),
    "Poetry, a group": (
        {"pyproject.toml": "[tool.poetry.group.dev.dependencies]\nkeras = '*'\n"}, ["3.15"], "pyproject.toml",
    ),
    "uv.lock before pyproject": (
        {
            "uv.lock": "version = 1\n[[package]]\nname = 'keras'\nversion = '3.7.0'\n",
            "pyproject.toml": "[project]\ndependencies = ['keras>=3']\n",
        },
        ["3.7.0"],
        "uv.lock",
    ),
    "poetry.lock": (
        {"poetry.lock": "[[package]]\nname = 'Keras'\nversion = '3.3.3'\n"},
        ["3.3.3"], "poetry.lock",
    ),
    "pylock": (
        {"pylock.toml": "[[packages]]\nname = 'keras'\nversion = '3.3.3'\n"},
        ["3.3.3"], "pylock.toml",
    ),
    "Pipfile.lock": (
        {"Pipfile.lock": json.dumps({"default": {"keras": {"version": "==3.6.0"}}})},
        ["3.6.0"], "Pipfile.lock",
    ),
    "a lock file without keras": (
        {"uv.lock": "version = 1\n", "requirements.txt": "keras==3.6.0\n"}, ["3.6.0"], "requirements.txt",
    ),
    "setup.cfg": ({"setup.cfg": "[options]\ninstall_requires =\n    keras==3.2.1\n"}, ["3.2.1"], "setup.cfg"),
    "setup.py": ({"setup.py": "setup(install_requires=['numpy', 'keras==3.2.1'])\n"}, ["3.2.1"], "setup.py"),
    "setup.py, by name, and extras": (
        {
            "setup.py": "NEEDED = ['h5py']\n"
            "setup(install_requires=NEEDED, extras_require={'cpu': ['tensorflow>=1.4']})\n"
        },
        ["2.15", *SINCE[0]],
        "setup.py",
    ),
    "computed": ({"setup.py": "setup(install_requires=read('keras==3.1.0'))\n"}, ["3.15"], ""),
    "a folder": ({"requirements/base.txt": "keras==3.9.2\n"}, ["3.9.2"], "requirements/base.txt"),
    "conda": (
        {"environment.yml": "name: x\ndependencies:\n  - python=3.11\n  - conda-forge::keras=3.5\n"},
        ["3.5"],
        "environment.yml",
    ),
    "conda, a build": (
        {"environment.yml": "dependencies:\n- keras=3.6.0=py310_0\n"},
        ["3.6.0"], "environment.yml",
    ),
    "conda, pip": (
        {"environment.yml": "dependencies:\n  - pip:\n      - keras>=3.13\n"}, SINCE[13], "environment.yml",
    ),
    "not TOML": (
        {"pyproject.toml": "[project\n", "requirements.txt": "keras==3.6.0\n"},
        ["3.6.0"], "requirements.txt",
    ),
    "no version": ({"requirements.txt": "keras==nonsense\n"}, ["3.15"], ""),
    "wrong types": (
        {"pyproject.toml": "project = 3\n", "uv.lock": "package = 3\n", "Pipfile.lock": "[]"}, ["3.15"], "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_project_asks_for(case: str, tmp_path: Path) -> None:
    files, versions, decided = CASES[case]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = wanted(str(tmp_path))
    assert ([str(version) for version in found.versions], found.file) == (versions, decided)


def test_the_nearest_project_decides(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("keras==3.5.0\n")
    (tmp_path / "inner" / "src").mkdir(parents=True)
    (tmp_path / "inner" / "pyproject.toml").write_text("[project]\ndependencies = ['keras==3.7.0']\n")
    nearest = settings([str(tmp_path)], Options(keras_version=("auto",), isolated=True))
    found = {path: nearest.at(str(tmp_path / path)).versions for path in ("a.py", "inner/src/b.py")}
    assert {path: [str(one) for one in versions] for path, versions in found.items()} == {
        "a.py": ["3.5.0"],
        "inner/src/b.py": ["3.7.0"],
    }


SWAPPED = """\
import keras

i = keras.Input((2,))
model = keras.Model(i, [keras.layers.Dense(1, name="z")(i), keras.layers.Dense(1, name="a")(i)])
model.compile("sgd", loss={"a": "mse", "z": "mae"})
model.fit(x, {"a": y, "z": y})
"""


def test_what_breaks_in_what_a_project_supports_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(SWAPPED)
    (tmp_path / "pyproject.toml").write_text(
        "[project]\ndependencies = ['keras>=3.4']\n[tool.keraslint]\nkeras-version = 'auto'\n"
    )
    assert main(["check", "."]) == 1
    out = capsys.readouterr().out
    assert "3.5" in out
    assert "3.6" in out
    assert main(["check", ".", "--keras-version", "3.15"]) == 0
    (tmp_path / "uv.lock").write_text("[[package]]\nname = 'keras'\nversion = '3.15.1'\n")
    assert main(["check", "."]) == 0


def test_auto_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", ".", "--keras-version", "auto,3.5"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@given(
    st.sampled_from(
        [
            "pyproject.toml",
            "uv.lock",
            "Pipfile.lock",
            "setup.cfg",
            "setup.py",
            "environment.yml",
            "requirements.txt",
        ]
    ),
    st.text(),
)
def test_nothing_in_a_file_stops_it(tmp_path_factory: pytest.TempPathFactory, name: str, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / name).write_text(f"keras{text}", encoding="utf-8", errors="surrogatepass")
    assert wanted(str(folder)).versions


def test_verbose_says_what_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("keras>=3.13,<3.15\n")
    main(["check", ".", "--keras-version", "auto", "--verbose"])
    said = "keraslint: judged for Keras 3.13, 3.14.0, 3.14: requirements.txt asks for keras>=3.13,<3.15\n"
    assert said in capsys.readouterr().err
    (tmp_path / "requirements.txt").unlink()
    main(["check", ".", "--keras-version", "auto", "--verbose"])
    assert "judged for Keras 3.15: no file of the project asks for one\n" in capsys.readouterr().err


def test_every_source_is_tried() -> None:
    names = {name for files, _, _ in CASES.values() for name in files}
    assert all(any(pattern.fullmatch(name) for name in names) for pattern, _ in SOURCES)


def test_the_newest_series_is_in_the_table() -> None:
    assert SERIES[-1] == str(NEWEST)
