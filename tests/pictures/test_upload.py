import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnncourse.pictures import open_upload, upload

RED, GREEN = (255, 0, 0), (0, 204, 0)


def file_of(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def two_colours(mode="RGB", size=(40, 20)):
    """A picture, red on its left half and green on its right."""
    image = Image.new("RGB", size, RED)
    image.paste(GREEN, (size[0] // 2, 0, *size))
    return image.convert(mode)


def assert_red_then_green(picture, tolerance=0.08):
    H, W = picture.shape[:2]
    np.testing.assert_allclose(picture[H // 2, W // 4], [1, 0, 0], atol=tolerance)
    np.testing.assert_allclose(picture[H // 2, 3 * W // 4], [0, 0.8, 0], atol=tolerance)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "PPM", "TGA", "GIF", "JPEG2000"])
def test_common_formats_are_read(kind):
    picture = open_upload(file_of(two_colours(), kind))
    assert picture.shape == (20, 40, 3)
    assert picture.dtype == np.float64
    assert_red_then_green(picture)


@pytest.mark.parametrize(("mode", "kind"), [("P", "PNG"), ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG")])
def test_palette_and_print_colours_become_rgb(mode, kind):
    assert_red_then_green(open_upload(file_of(two_colours(mode), kind)))


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_and_black_and_white_become_three_equal_channels(mode):
    image = Image.new("L", (6, 4), 0)
    image.paste(255, (3, 0, 6, 4))
    picture = open_upload(file_of(image.convert(mode)))
    np.testing.assert_allclose(picture[:, :3], 0)
    np.testing.assert_allclose(picture[:, 3:], 1)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(kind):
    values = np.array([[0, 16384, 32768, 65535]], np.uint16).repeat(3, axis=0)
    picture = open_upload(file_of(Image.fromarray(values), kind))
    np.testing.assert_allclose(picture[0, :, 0], [0, 0.25, 0.5, 1], atol=0.005)


def test_floating_point_grey_from_0_to_1_keeps_its_values():
    values = np.array([[0, 0.25, 0.5, 1]], np.float32)
    picture = open_upload(file_of(Image.fromarray(values), "TIFF"))
    np.testing.assert_allclose(picture[0, :, 0], [0, 0.25, 0.5, 1], atol=0.005)


def test_transparent_parts_lie_on_white():
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (2, 0, 4, 4))
    image.putpixel((0, 0), (0, 0, 0, 128))
    picture = open_upload(file_of(image))
    np.testing.assert_allclose(picture[1, 0], [1, 1, 1])
    np.testing.assert_allclose(picture[1, 3], [0, 0, 1])
    np.testing.assert_allclose(picture[0, 0], 0.5, atol=0.01)


def test_a_palette_s_transparent_colour_lies_on_white():
    image = two_colours("P")
    picture = open_upload(file_of(image, "PNG", transparency=image.getpixel((0, 0))))
    np.testing.assert_allclose(picture[0, 0], 1)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_an_animation_gives_its_first_frame(kind):
    frames = [two_colours(), Image.new("RGB", (40, 20), "blue")]
    picture = open_upload(file_of(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert_red_then_green(picture)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_exif_data_say(orientation):
    upright = two_colours(size=(64, 32))
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = open_upload(file_of(stored, "JPEG", quality=95, exif=exif))
    assert picture.shape == (32, 64, 3)
    assert_red_then_green(picture)


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 60))
def test_the_longer_side_is_at_most_the_limit_and_the_shape_is_kept(width, height, max_side):
    picture = open_upload(file_of(Image.new("RGB", (width, height), RED)), max_side)
    H, W = picture.shape[:2]
    assert max(H, W) == min(max_side, max(width, height))
    assert abs(H - height * max(H, W) / max(width, height)) <= 1


def test_a_large_jpeg_is_read_quickly_and_small():
    assert open_upload(file_of(Image.new("RGB", (4000, 3000), RED), "JPEG")).shape == (384, 512, 3)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_bytes_is_taken(kind):
    assert_red_then_green(open_upload(kind(file_of(two_colours()))))


def chunk(name, body):
    """A PNG chunk: length, name, body, checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_that_claims(width, height):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [9_000, 11_000, 40_000])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(side):
    with pytest.raises(ValueError, match=r"60 million (pixels )?allowed"):
        open_upload(png_that_claims(side, side))


def test_a_png_whose_text_unpacks_to_megabytes_is_no_crash():
    data = file_of(two_colours())
    bomb = chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(80_000_000)))
    with pytest.raises(ValueError, match="damaged"):
        open_upload(data[:33] + bomb + data[33:])


def test_a_file_beyond_30_megabytes_is_refused():
    with pytest.raises(ValueError, match=r"30\.0 MB, more than the 30 MB"):
        open_upload(bytes(upload.MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"hello, this is text", "not a picture"),
        (b"%PDF-1.7 and so on", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture|damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "not a picture|damaged"),
    ],
)
def test_what_is_no_picture_gets_a_sentence(data, sentence):
    with pytest.raises(ValueError, match=sentence):
        open_upload(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_a_file_cut_in_half_gets_a_sentence(kind):
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    data = file_of(Image.fromarray(noise), kind)
    with pytest.raises(ValueError, match=r"not a picture|damaged"):
        open_upload(data[: len(data) // 2])


@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"]), st.data())
def test_a_file_with_flipped_bytes_is_a_picture_or_a_sentence(kind, draw):
    data = bytearray(file_of(two_colours(), kind))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    picture, sentence = picture_or_sentence(bytes(data))
    if picture is None:
        assert sentence[0].isupper()
        assert len(sentence.split()) > 4
    else:
        assert picture.shape[2] == 3
        assert np.isfinite(picture).all()


def picture_or_sentence(data):
    try:
        return open_upload(data, 32), None
    except ValueError as error:
        return None, str(error)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (("photo.png",), TypeError, "data must be the bytes of a picture file, got str"),
        ((None,), TypeError, "got NoneType"),
        ((b"x", 0), ValueError, "max_side must be at least 1, got 0"),
        ((b"x", 2.5), TypeError, "max_side must be a whole number"),
    ],
)
def test_bad_arguments_are_named(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        open_upload(*arguments)
