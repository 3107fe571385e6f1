"""What sites that embed are told."""

import json
import re
from html import unescape

from page_example import RELEASE, TODAY, BuiltAssets, medium_work, raw_tour, scene_work

from ispace.model.site import Site
from ispace.model.tour import Tour
from ispace.page.embed import snippet
from ispace.pipeline import compose, render

PUBLIC = Site(public_url="https://tour.example.vn/360/")


def composed(tour: Tour) -> dict[str, object]:
    scenes = {scene.id: scene_work(scene.id) for scene in tour.scenes}
    media = {medium.id: medium_work(medium) for medium in tour.media}
    return compose.run(tour, scenes, media, RELEASE, "https://example.org/{lat},{lon}")


def test_the_snippet_is_one_frame_without_script_whatever_the_title_is() -> None:
    code = snippet('https://tour.example.vn/a"b/', '"><script>alert(1)</script> & Chùa')
    assert code.count("<") == 2
    assert code.startswith("<iframe ")
    assert code.endswith("></iframe>")
    title = re.search(r'title="([^"]*)"', code)
    assert title
    assert unescape(title[1]) == '"><script>alert(1)</script> & Chùa'
    assert 'loading="lazy"' in code
    assert "aspect-ratio:16/9" in code
    assert 'src="https://tour.example.vn/a&#34;b/?embed"' in code


def test_each_page_is_told_by_oembed_where_the_public_address_is_known() -> None:
    tour = Tour.model_validate(raw_tour())
    document = composed(tour)
    told = render.oembed(tour, document, release=RELEASE, site=PUBLIC)
    assert list(told) == [f"r/chua-co/{RELEASE}/oembed.json", f"r/chua-co/{RELEASE}/oembed.en.json"]
    english = json.loads(told[f"r/chua-co/{RELEASE}/oembed.en.json"])
    assert (english["version"], english["type"], english["title"]) == ("1.0", "rich", "The old pagoda")
    assert "https://tour.example.vn/360/chua-co/en/" in english["html"]
    assert english["thumbnail_url"].startswith("https://tour.example.vn/360/a/")
    assert english["author_name"] == "Sở Văn hóa"
    pages = render.render(tour, document, release=RELEASE, assets=BuiltAssets(), site=PUBLIC, today=TODAY)
    link = f'href="https://tour.example.vn/360/r/chua-co/{RELEASE}/oembed.en.json"'
    assert link in pages["chua-co/en/index.html"].decode()
    assert render.oembed(tour, document, release=RELEASE, site=Site()) == {}
    bare = render.render(tour, document, release=RELEASE, assets=BuiltAssets(), site=Site(), today=TODAY)
    assert b"json+oembed" not in bare["chua-co/index.html"]
