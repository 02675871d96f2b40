"""What each addition costs is what we say it costs: no file more, and none can be forgotten."""

from __future__ import annotations

import pytest
from price.patched_copy import checked, patched, prices, shown

pytestmark = pytest.mark.nightly

PRICES = prices()


@pytest.mark.parametrize("name", PRICES)
def test_the_price_is_paid_in_full_and_a_command_shows_the_new_thing(name, tmp_path):
    price = PRICES[name]
    assert len(price.patch) <= price.most

    root = patched(price, tmp_path)
    done = checked(price, root)
    assert done.returncode == 0, done.stdout + done.stderr

    output = shown(price, root)
    assert [text for text in price.expect if text not in output] == [], output


@pytest.mark.parametrize(
    ("name", "file"),
    [(name, file) for name, price in PRICES.items() if len(price.patch) > 1 for file in price.patch],
)
def test_a_file_that_was_forgotten_is_named(name, file, tmp_path):
    price = PRICES[name]

    done = checked(price, patched(price, tmp_path, without=file))

    said = done.stdout + done.stderr
    assert done.returncode == 1, f"no test failed without {file}:\n{said}"
    assert f"{file} lacks" in said, said
