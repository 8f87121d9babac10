import pytest

from cnncourse.data_folder import DATA, data_file


def test_a_data_file_is_found_in_the_data_folder():
    assert data_file("hand_signs", "hard_test.jpg") == DATA / "hand_signs" / "hard_test.jpg"


def test_a_missing_data_file_is_named_with_the_way_to_get_it_back():
    with pytest.raises(FileNotFoundError, match=r"the data file weights/none\.safetensors is missing: .*git checkout"):
        data_file("weights", "none.safetensors")
