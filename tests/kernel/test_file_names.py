"""Whatever a file is called outside, its name here can be shown and saved."""

from __future__ import annotations

from unicodedata import category, normalize

from hypothesis import given
from hypothesis import strategies as st

from kernel.file_names import LONGEST, safe_name

odd = st.text(alphabet=st.sampled_from('aż東. /\\:*?"<>|\0\n\u202e\ud800%CONcom1'), max_size=40)


@given(
    st.text(max_size=300)
    | odd
    | odd.map(lambda t: "../" * 9 + t)
    | st.text(min_size=250).map(lambda t: t + ".pdf")
)
def test_a_safe_name_is_safe_and_stays(given_name: str) -> None:
    name = safe_name(given_name)
    assert name == normalize("NFC", name) == safe_name(name)
    assert 0 < len(name.encode()) <= LONGEST
    assert not set(name) & set('<>:"/\\|?*')
    assert not any(category(c) in ("Cc", "Cf", "Cs") for c in name)
    assert name.strip(". ") == name
    assert name.split(".")[0].strip().upper() not in ("CON", "PRN", "AUX", "NUL", "COM1", "LPT9")
