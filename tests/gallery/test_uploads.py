"""Files on their way into a product: chosen, sorted, sent, refused, cancelled."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect
from tests.browser import Guard
from tests.gallery.conftest import Visit
from tests.gallery.fake_shop import FakeShop
from tests.gallery.fake_state import FakeServer
from tests.gallery.sample_pictures import samples
from tests.gallery.screen import cards, choose, drop_files, said, until

pytestmark = pytest.mark.usefixtures("refusals_expected")

HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 2000


def photo(name: str, number: int = 0, kind: str = "image/jpeg") -> FilePayload:
    data = [each.data for each in samples() if each.format == "jpeg"][number % 8]
    return {"name": name, "mimeType": kind, "buffer": data}


def pick(page: Page, *files: FilePayload) -> None:
    page.locator("input[type=file]").first.set_input_files(list(files))


def names(shop: FakeShop) -> list[str]:
    gallery = shop.galleries.get("7")
    return [shop.images[each].file_name for each in gallery.order] if gallery else []


def row(page: Page, name: str) -> str:
    return f".file:has-text('{name}')"


def test_ten_files_with_one_heic_one_cut_and_one_cancel(server: FakeServer, visit: Visit) -> None:
    """The others arrive in the order of their names, whatever order they were chosen in."""
    shop = server.shop()
    page = visit(shop, at="#/products/7")
    cut, slow = 5, []

    def meet(route: Route) -> None:
        body = route.request.post_data_buffer or b""
        if b"/02.jpg" in body[:2000]:
            nonlocal cut
            cut -= 1
            if cut > 0:
                return route.abort("connectionreset")
        if b"/04.jpg" in body[:2000]:
            slow.append(route)
            return None
        return route.continue_()

    page.route(f"{server.bucket_url}/", meet)
    chosen = [photo(f"{number}.jpg", number) for number in (10, 3, 1)]
    chosen += [photo(f"0{number}.jpg", number) for number in (4, 2, 9, 8, 7, 6)]
    pick(page, *chosen, {"name": "5.heic", "mimeType": "image/heic", "buffer": HEIC})

    expect(page.locator(".file.bad")).to_contain_text("HEIC photos are not taken.")
    expect(page.get_by_role("heading", name="9 pictures are ready")).to_be_visible()
    assert server.sent("POST", "/uploads") == 0
    page.get_by_role("button", name="Upload 9 pictures").click()
    page.get_by_role("button", name="Cancel 04.jpg").click()

    failed = page.locator(row(page, "02.jpg"))
    expect(failed).to_contain_text("Connection lost.", timeout=20_000)
    cut = 0
    failed.get_by_role("button", name="Try again").click()
    wanted = ["1.jpg", "02.jpg", "3.jpg", "06.jpg", "07.jpg", "08.jpg", "09.jpg", "10.jpg"]
    until(page, lambda: names(shop) == wanted)

    expect(cards(page)).to_have_count(8)
    expect(page.locator(".file")).to_have_count(1)
    expect(page.locator(".file")).to_contain_text("5.heic")
    page.get_by_role("button", name="Remove 5.heic").click()
    expect(page.locator(".panel")).to_have_count(0)


def test_a_file_that_is_cancelled_after_it_was_stored_is_no_image_in_the_end(
    server: FakeServer, visit: Visit
) -> None:
    shop = server.shop(settle_seconds=float("inf"))
    shop.fill("7", 1)
    page = visit(shop, at="#/products/7")
    pick(page, photo("late.jpg", 1))
    until(page, lambda: shop.stored)
    expect(page.locator(".file")).to_contain_text("Checking")

    page.get_by_role("button", name="Cancel late.jpg").click()
    shop.settle_next()

    until(page, lambda: server.sent("DELETE", "/images/") == 1)
    until(page, lambda: len(shop.galleries["7"].order) == 1)
    expect(cards(page)).to_have_count(1)
    expect(page.locator(".panel")).to_have_count(0)


def test_the_order_can_be_changed_before_the_start(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    page = visit(shop, at="#/products/7")
    pick(page, photo("2.jpg", 2), photo("10.jpg", 3), photo("1.jpg", 1))
    expect(page.locator(".file-name bdi")).to_have_text(["1.jpg", "2.jpg", "10.jpg"])

    page.get_by_role("button", name="Move 10.jpg earlier").click()
    page.get_by_role("button", name="Upload 3 pictures").click()

    until(page, lambda: names(shop) == ["1.jpg", "10.jpg", "2.jpg"])
    said(page, "3 pictures added")


def test_files_move_only_among_those_that_are_ready(server: FakeServer, visit: Visit) -> None:
    """A refused file before or after them is no place to move to."""
    page = visit(server.shop(), at="#/products/7")
    refused = [{**photo(name), "mimeType": "image/heic"} for name in ("0.heic", "3.heic")]
    pick(page, photo("1.jpg", 1), photo("2.jpg", 2), *refused)
    expect(page.locator(".file.bad")).to_have_count(2)

    for name, enabled in [
        ("Move 1.jpg earlier", False),
        ("Move 1.jpg later", True),
        ("Move 2.jpg earlier", True),
        ("Move 2.jpg later", False),
    ]:
        expect(page.get_by_role("button", name=name)).to_be_enabled(enabled=enabled)


def test_one_file_starts_at_once_and_can_be_moved_without_a_reload(
    server: FakeServer, visit: Visit
) -> None:
    shop = server.shop()
    shop.fill("7", 2, names=["old-{}.jpg"])
    page = visit(shop, at="#/products/7")

    pick(page, photo("new.jpg", 3))
    expect(cards(page)).to_have_count(3)
    choose(page, 3, "Move to the beginning")

    until(page, lambda: names(shop) == ["new.jpg", "old-1.jpg", "old-2.jpg"])


def test_files_of_the_same_name_are_different_files(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    page = visit(shop, at="#/products/7")

    drop_files(page, [("image.jpg", "image/jpeg", photo("", n)["buffer"]) for n in range(2)])
    page.get_by_role("button", name="Upload 2 pictures").click()

    until(page, lambda: names(shop) == ["image.jpg", "image.jpg"])
    first, second = (shop.images[each].sample.data for each in shop.galleries["7"].order)
    assert first != second


@pytest.mark.parametrize("images", [0, 3])
def test_files_are_dropped_anywhere_on_the_page(
    server: FakeServer, visit: Visit, images: int
) -> None:
    shop = server.shop()
    shop.fill("7", images)
    page = visit(shop, at="#/products/7")

    drop_files(page, [("new.png", "image/png", samples()[2].data)])

    expect(cards(page)).to_have_count(images + 1)


def test_local_files_are_shown_until_the_sizes_exist(server: FakeServer, visit: Visit) -> None:
    """No size is asked for before: the CDN would make it, beside the pipeline."""
    shop = server.shop(pending_seconds=float("inf"), settle_seconds=float("inf"))
    page = visit(shop, at="#/products/7")
    asked: list[str] = []
    page.on("request", lambda each: "/media/" in each.url and asked.append(each.url))

    pick(page, *(photo(f"{number}.jpg", number) for number in range(3)))
    page.get_by_role("button", name="Upload 3 pictures").click()
    until(page, lambda: len(shop.stored) == 3)
    shop.settle_next()
    expect(page.get_by_text("Making sizes…")).to_have_count(3)
    pictures = cards(page).locator("img")
    for number in range(3):
        expect(pictures.nth(number)).to_have_attribute("src", re.compile("^blob:"))
    assert asked == []

    for image in shop.images.values():
        image.complete_at = 0.0
    expect(page.get_by_text("Making sizes…")).to_have_count(0)
    for number in range(3):
        expect(pictures.nth(number)).to_have_attribute("src", re.compile("/media/"))


def test_a_replacement_keeps_id_place_and_texts(server: FakeServer, visit: Visit) -> None:
    shop = server.shop(settle_seconds=float("inf"))
    shop.fill("7", 3, alts=["Lámpara"])
    ids = list(shop.galleries["7"].order)
    before = shop.images[ids[1]].sample.data
    page = visit(shop, at="#/products/7")

    with page.expect_file_chooser() as chooser:
        choose(page, 2, "Replace the picture…")
    chooser.value.set_files([photo("other.jpg", 5)])

    expect(cards(page).nth(1)).to_contain_text("Replacing…")
    until(page, lambda: shop.stored)
    shop.settle_next()
    until(page, lambda: shop.images[ids[1]].sample.data != before)
    assert shop.galleries["7"].order == ids
    expect(page.get_by_label("Description of image 2, Spanish")).to_have_value("Lámpara")
    expect(page.get_by_text("Replacing…")).to_have_count(0)


def test_a_file_that_the_shop_rejects_stays_listed_with_the_reason(
    server: FakeServer, visit: Visit
) -> None:
    page = visit(server.shop(), at="#/products/7")

    pick(page, {"name": "fake.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})

    expect(page.locator(".file.bad")).to_contain_text("This is no picture in a known format.")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("button", name="Remove fake.jpg").click()
    expect(page.locator(".panel")).to_have_count(0)


def test_what_the_shop_would_refuse_is_not_sent(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.limits["bytes"] = 1000
    page = visit(shop, at="#/products/7")

    pick(
        page,
        {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"},
        {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": b""},
        {"name": "c.tiff", "mimeType": "image/tiff", "buffer": b"II*"},
        {"name": "d.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"},
        {"name": "e.jpg", "mimeType": "image/jpeg", "buffer": bytes(1001)},
    )

    files = page.locator(".file.bad")
    expect(files).to_have_count(5)
    for number, words in enumerate(
        (
            "SVG drawings are not taken.",
            "The file is empty.",
            "This format is not taken.",
            "This is no picture",
            "The file is too large.",
        )
    ):
        expect(files.nth(number)).to_contain_text(words)
    assert server.sent("POST", "") == 0


def test_one_refused_file_does_not_stop_the_others(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    page = visit(shop, at="#/products/7")

    pick(page, photo("a.jpg", 1), photo("refused.jpg", 2), photo("z.jpg", 3))
    page.get_by_role("button", name="Upload 3 pictures").click()

    until(page, lambda: names(shop) == ["a.jpg", "z.jpg"])
    expect(page.locator(".file.bad")).to_contain_text("The file name is not allowed.")


@pytest.mark.parametrize(("status", "code"), [(403, "AccessDenied")])
def test_an_expired_form_is_renewed_with_the_same_key(
    server: FakeServer, visit: Visit, status: int, code: str
) -> None:
    shop = server.shop()
    server.refuse("POST", "^/$", status, code)
    page = visit(shop, at="#/products/7")

    pick(page, photo("a.jpg"))

    expect(cards(page)).to_have_count(1)
    assert server.sent("POST", "/uploads") == 2
    assert len(shop.batches) == 1


def test_a_refusal_of_the_storage_is_told_in_words(server: FakeServer, visit: Visit) -> None:
    server.refuse("POST", "^/$", 400, "EntityTooLarge")
    page = visit(server.shop(), at="#/products/7")

    pick(page, photo("a.jpg"))

    expect(page.locator(".file.bad")).to_contain_text("The file is too large.")


def test_a_storage_that_fails_is_asked_twice_more(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    server.refuse("POST", "^/$", 503, "SlowDown", times=2)
    page = visit(shop, at="#/products/7")

    pick(page, photo("a.jpg"))

    expect(cards(page)).to_have_count(1, timeout=15_000)


def test_offline_the_upload_pauses(server: FakeServer, visit: Visit, guard: Guard) -> None:
    shop = server.shop()
    page = visit(shop, at="#/products/7")
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()

    pick(page, photo("a.jpg"))
    expect(page.locator(".file")).to_contain_text("Waiting for the connection")
    page.context.set_offline(False)

    expect(cards(page)).to_have_count(1)


def test_no_more_than_three_files_are_sent_at_once(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    page = visit(shop, at="#/products/7")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"{server.bucket_url}/", hold)
    pick(page, *(photo(f"{number}.jpg", number) for number in range(6)))
    page.get_by_role("button", name="Upload 6 pictures").click()
    until(page, lambda: len(held) == 3)
    page.wait_for_timeout(300)

    assert len(held) == 3
    expect(page.get_by_role("progressbar", name="Progress of all files")).to_be_visible()
    expect(page.get_by_text("Waiting", exact=True)).to_have_count(3)
    page.get_by_role("button", name="Cancel all").click()
    expect(page.locator(".panel")).to_have_count(0)
    assert names(shop) == []


def test_leaving_while_uploading_asks_first(server: FakeServer, visit: Visit) -> None:
    page = visit(server.shop(), at="#/products/7")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.route(f"{server.bucket_url}/", lambda _: None)
    pick(page, photo("a.jpg"))
    expect(page.locator(".file progress")).to_be_visible()
    page.get_by_role("heading", level=1).click()

    page.close(run_before_unload=True)

    until_asked = 100
    other = visit(server.shop())
    while not asked and until_asked:
        other.wait_for_timeout(50)
        until_asked -= 1
    assert asked == ["beforeunload"]


def test_an_upload_goes_on_while_other_screens_are_shown(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    page = visit(shop, at="#/products/7")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"{server.bucket_url}/", hold)
    pick(page, photo("a.jpg"))
    until(page, lambda: held)

    page.get_by_role("link", name="Usage").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Usage")
    held[0].continue_()
    until(page, lambda: names(shop) == ["a.jpg"])
    page.go_back()

    expect(cards(page)).to_have_count(1)


def test_an_upload_goes_on_with_a_new_link(server: FakeServer, visit: Visit) -> None:
    shop = server.shop(settle_seconds=float("inf"))
    page = visit(shop, at="#/products/7")
    pick(page, photo("a.jpg"))
    until(page, lambda: shop.stored)

    shop.ended = True
    expect(page.get_by_text("This link has expired or was revoked.")).to_be_visible()
    renewed = server.shop(galleries=shop.galleries, images=shop.images, batches=shop.batches)
    renewed.stored = shop.stored
    renewed.settle_next()
    page.get_by_label("Paste the link here").fill(server.link(renewed))
    page.get_by_role("button", name="Open").click()

    expect(cards(page)).to_have_count(1, timeout=15_000)


def test_a_pasted_picture_is_added(server: FakeServer, visit: Visit) -> None:
    page = visit(server.shop(), at="#/products/7")

    page.evaluate(
        """(data) => {
          const clipboardData = new DataTransfer();
          const file = new File([Uint8Array.from(data)], 'image.png', { type: 'image/png' });
          clipboardData.items.add(file);
          const event = new ClipboardEvent('paste', { clipboardData, bubbles: true });
          document.body.dispatchEvent(event);
        }""",
        list(samples()[2].data),
    )

    expect(cards(page)).to_have_count(1)


def test_phones_are_asked_to_convert(server: FakeServer, visit: Visit) -> None:
    """Without HEIC in `accept`, an iPhone hands over JPEG."""
    page = visit(server.shop(), at="#/products/7")

    accepted = page.locator("input[type=file]").get_attribute("accept")

    assert accepted == "image/jpeg,image/png,image/gif,image/webp,image/bmp"
