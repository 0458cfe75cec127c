from osspcap.model.form import FormPart, PostForm, base_name
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber


def part(name: str, value: str = "v", *, is_cut: bool = False, filename: str | None = None, size: int = 1) -> FormPart:
    seen = Seen(value, FrameNumber(1), f"form field {name}", value.encode())
    return FormPart(name, seen, seen, size, is_cut=is_cut, filename=filename, offset=100)


def test_fields_are_those_in_front_of_the_file() -> None:
    form = PostForm(parts=(part("key"), part("file"), part("late"), part("file")))
    assert [one.name for one in form.fields] == ["key"]
    assert [one.name for one in form.ignored] == ["late"]
    assert (len(form.files), form.ignored_field("LATE") is not None, form.field("late")) == (2, True, None)


def test_the_size_of_a_cut_file_is_what_the_body_leaves_for_it() -> None:
    cut = PostForm(boundary="xyz", parts=(part("file", is_cut=True, size=10),), length=1000)
    assert cut.file_size == 1000 - 100 - len("\r\n--xyz--\r\n")
    assert PostForm(parts=(part("file", is_cut=True),)).file_size is None
    assert PostForm(parts=(part("file", size=7),)).file_size == 7
    assert PostForm().file_size is None


def test_a_key_is_filled_in_with_the_name_of_the_file() -> None:
    form = PostForm(parts=(part("key", "a/${filename}"), part("file", filename="C:\\x\\pic.png")))
    assert form.key == "a/pic.png"
    assert PostForm(parts=(part("key", "a", is_cut=True),)).key is None
    assert base_name("dir/x.png") == "x.png"
