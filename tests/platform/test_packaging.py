"""What is installed outside a clone, in the image for one, is all that runs; the source distribution is the clone."""

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import metadata
from pathlib import Path

from tests.servers import REPOSITORY, skip_or_fail

PACKAGES = ("service", "schemas", "classifier")
TRAINING = "classifier/training/taught/"
"""The labels there are read when a model is trained, and are larger than all the code."""
BUILD = ("-c", "from setuptools.build_meta import build_{0} as build; import sys; build(sys.argv[1])")


def is_installed(name: str) -> bool:
    labels = name.startswith(TRAINING) and not name.endswith(".py")
    return not labels and name != "service/Dockerfile"


def files_of_the_clone() -> set[str]:
    """Those that are in version control, or are about to be."""
    if shutil.which("git") is None or not (REPOSITORY / ".git").exists():
        skip_or_fail("this is no clone, or git is not on PATH")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name for name in listed.stdout.splitlines() if (REPOSITORY / name).is_file()}


def built(kind: str, folder: Path) -> Path:
    """Builds from a copy of the clone, as the back end does for pip: without isolation, so that nothing is fetched."""
    source = folder / "source"
    for name in files_of_the_clone():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, source / name)
    (folder / "built").mkdir()
    command = [sys.executable, BUILD[0], BUILD[1].format(kind), str(folder / "built")]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    [made] = (folder / "built").iterdir()
    return made


def test_the_wheel_holds_every_file_of_the_packages_but_the_labels_of_the_training(tmp_path: Path) -> None:
    with zipfile.ZipFile(built("wheel", tmp_path)) as archive:
        held = {name for name in archive.namelist() if name.split("/")[0] in PACKAGES}
        size = sum(each.file_size for each in archive.infolist() if each.filename.startswith(TRAINING))
    assert held == {name for name in files_of_the_clone() if name.split("/")[0] in PACKAGES and is_installed(name)}
    assert size < 100_000


def test_the_source_distribution_holds_the_clone(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert files_of_the_clone() - held <= {".gitignore"}


def test_an_index_is_told_what_it_is_and_on_which_pythons_it_is_tried() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    tried = [each.rpartition(" :: ")[2] for each in project["classifiers"] if ":: 3." in each]
    assert tried == ["3.11", "3.12", "3.13", "3.14"]
    assert f">={tried[0]}" == project["requires-python"]
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert f"Python {tried[0]} to {tried[-1]}" in readme
    assert metadata("commentdesk")["Name"] == project["name"]
