"""No file is unpickled: a folder of results may come from anybody."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT = ("foundation", "model", "scenarios", "calibration", "planning", "report", "cli", "mes")
UNPICKLES = re.compile(
    r"^\s*(import|from) +(pickle|cloudpickle|dill|joblib|marshal|shelve)\b|allow_pickle=True|read_pickle", re.MULTILINE
)


def test_nothing_in_the_product_unpickles():
    files = [file for folder in PRODUCT for file in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    assert [file.name for file in files if UNPICKLES.search(file.read_text(encoding="utf-8"))] == []


def test_what_unpickles_is_noticed():
    assert UNPICKLES.search("x = 1\nimport pickle\n")
    assert UNPICKLES.search("    from joblib import load")
    assert UNPICKLES.search("np.load(file, allow_pickle=True)")
    assert not UNPICKLES.search("np.load(file, allow_pickle=False)  # no pickle")
