"""Two pictures, and the boxes around what changed."""

from PIL import Image, ImageDraw

from pipeline.preview.differences import Box, changed
from pipeline.preview.picture import Press, opened


def page(*marks: Box, height: int = 400, colour: str = "black") -> Image.Image:
    """A page with lines of text-like marks every 40 pixels, and some marks more."""
    image = Image.new("RGB", (300, height), "white")
    draw = ImageDraw.Draw(image)
    for y in range(20, height - 20, 40):
        for x in range(20, 200 + y % 60, 9):
            draw.rectangle((x, y, x + 5, y + 3 + (x + y) % 8), fill="#222")
    for box in marks:
        draw.rectangle(box, fill=colour)
    return image


def inserted(image: Image.Image, at: int, rows: int) -> Image.Image:
    taller = Image.new("RGB", (image.width, image.height + rows), "white")
    taller.paste(image.crop((0, 0, image.width, at)), (0, 0))
    taller.paste(image.crop((0, at, image.width, image.height)), (0, at + rows))
    return taller


def within(box: Box, outer: Box) -> bool:
    return box[0] >= outer[0] and box[1] >= outer[1] and box[2] <= outer[2] and box[3] <= outer[3]


def test_the_same_picture_has_no_change() -> None:
    assert not changed(page(), page())


def test_one_change_is_one_box_around_it() -> None:
    change = changed(page(), page((210, 102, 240, 114)))
    ((x0, y0, x1, y1),) = change.after
    assert change.before == change.after
    assert (x0, y0, x1, y1) == (207, 99, 244, 118)


def test_two_changes_apart_are_two_boxes() -> None:
    assert len(changed(page(), page((210, 62, 230, 70), (250, 302, 280, 310))).after) == 2


def test_what_is_pushed_down_is_not_marked() -> None:
    longer = inserted(page(), 200, 30)
    ImageDraw.Draw(longer).rectangle((50, 208, 120, 218), fill="black")
    change = changed(page(), longer)
    assert len(change.after) == 1
    assert within(change.after[0], (44, 195, 126, 235))
    assert within((50, 208, 121, 219), change.after[0])
    assert change.before == ()


def test_a_change_above_and_one_below_something_new_are_both_found() -> None:
    longer = inserted(page((210, 62, 230, 70)), 200, 30)
    ImageDraw.Draw(longer).rectangle((250, 370, 280, 380), fill="red")
    change = changed(page(), longer)
    assert any(within((210, 62, 231, 71), box) for box in change.after)
    assert any(within((250, 370, 281, 381), box) for box in change.after)
    assert all(box[1] < 240 or box[1] > 360 for box in change.after), "nothing between is marked"


def test_what_is_gone_is_marked_before() -> None:
    longer = inserted(page(), 200, 30)
    ImageDraw.Draw(longer).rectangle((50, 208, 120, 218), fill="black")
    change = changed(longer, page())
    assert len(change.before) == 1
    assert change.after == ()


def test_what_no_eye_sees_is_no_change() -> None:
    almost = page().point(lambda level: max(0, level - 2))
    assert not changed(page(), almost)


def test_a_picture_is_made_small_and_stays_what_it_was() -> None:
    image = page((210, 102, 240, 114), colour="#c0392b")
    picture = Press().pressed(b"", image)
    back = Image.new("RGB", image.size)
    top = 0
    for strip in picture.strips:
        back.paste(opened(strip.data), (0, top))
        top += strip.height
    assert (picture.width, top) == (picture.width, picture.height) == image.size
    assert not changed(image, back)
    assert Press().pressed(b"", image) == picture


def test_what_two_pictures_share_is_kept_once_even_where_something_pushed_it_down() -> None:
    press = Press()
    one = press.pressed(b"", page(height=1200))
    other = inserted(page(height=1200), 40, 30)
    ImageDraw.Draw(other).rectangle((50, 48, 120, 58), fill="black")
    two = press.pressed(b"", other)
    assert len({*one.strips, *two.strips}) <= len({*one.strips}) + 3
    assert len(two.strips) > 20
