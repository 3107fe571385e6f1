"""What becomes of pictures that are ready: files with names of their own, scenes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from accounts.test_people import ACTOR, make

from ispace import documents, revisions
from ispace.accounts import people
from ispace.database import Database
from ispace.database.upgrade import upgrade
from ispace.database.work import JobRow
from ispace.errors import TourFileUnknownError
from ispace.imaging.gpano import GPano
from ispace.imaging.info import PictureInfo
from ispace.jobs import queueing
from ispace.jobs.jobs import Jobs
from ispace.jobs.kinds import KINDS
from ispace.materials.arrival import Arrivals
from ispace.model.document import MAX_BYTES
from ispace.model.scene import Scene
from ispace.pictures import drafts, files, panoramas, scenes
from ispace.pictures.recipe import Recipe

TOUR = "chua-co"
TILES = {
    "tile_size_px": 512,
    "level_sizes_px": [512, 1024],
    "preview": {"file": "preview.jpg", "size_px": 64, "inline": "AAAA"},
}


@pytest.fixture(scope="module")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a tour and the tables of the queues, which take a while to make."""
    file = tmp_path_factory.mktemp("prepared") / "ispace.db"
    with closing(Database(f"sqlite:{file}")) as database:
        upgrade(database)
        queueing.prepare(database)
        make_tour(database)
    return file


@pytest.fixture
def database(tmp_path: Path, _prepared: Path) -> Iterator[Database]:
    (tmp_path / "ispace.db").write_bytes(_prepared.read_bytes())
    with closing(Database(f"sqlite:{tmp_path / 'ispace.db'}")) as copied:
        yield copied


@pytest.fixture
def jobs(database: Database) -> Iterator[Jobs]:
    with closing(Jobs(database, KINDS)) as made:
        yield made


def make_tour(database: Database) -> None:
    maker = make(database)
    with database.write() as session:
        documents.create(session, ACTOR, people.by_id(session, maker), "Chùa cổ", name=TOUR)


def sha(name: str) -> str:
    return (name.encode().hex() * 64)[:64]


def finish(
    database: Database, jobs: Jobs, name: str, content: str = "", job_id: str = "", tour: str = TOUR, **inputs: Any
) -> None:
    """Let a panorama become ready as the ledger of jobs does."""
    sha256 = sha(content or name)
    gpano = GPano(projection="equirectangular", pose_pitch_deg=2.0, pose_roll_deg=-1.0)
    info = PictureInfo(name, "JPEG", 8192, 4096, gpano=gpano).to_json()
    results = {
        "ingest": {"name": name, "sha256": sha256, "size_bytes": 1000, "info": info},
        "tile": {"tile_set": sha256[:20], "tiles": TILES, "coverage": {}, "north_deg": 12.5, "notes": []},
        "views": {"thumbnail": f"v/{name}/t.jpg", "sizes_px": {"thumbnail": [480, 360]}, "view": {}},
    }
    with database.write() as session:
        job = session.get(JobRow, job_id) if job_id else None
        job = job or JobRow(id=f"x-{name}", kind="prepare-panorama", inputs=inputs, tour=tour, owner="p1")
        Arrivals(jobs)(session, job, results)


def document(database: Database) -> dict[str, Any]:
    with database.read() as session:
        return documents.get(session, TOUR, whole=True).document


def save(database: Database, jobs: Jobs, changed: dict[str, Any]) -> list[str]:
    with database.write() as session:
        row = documents.get(session, TOUR)
        asked = panoramas.ensure(session, jobs, "p1", TOUR, changed)
        documents.save(session, ACTOR, row, changed, row.revision)
    return asked


def test_pictures_that_are_ready_become_scenes_called_by_what_their_names_say(database: Database, jobs: Jobs) -> None:
    for name in ("IMG_2041.JPG", "chanh-dien_01.jpg", "Chánh điện 01.jpg"):
        finish(database, jobs, name)
    made = document(database)
    assert [(s["id"], s["title"]["vi"]) for s in made["scenes"]] == [
        ("canh-1", "Cảnh 1"),
        ("chanh-dien-01", "Chanh dien 01"),
        ("chanh-dien-01-2", "Chánh điện 01"),
    ]
    assert made["start"] == "canh-1"
    assert made["scenes"][0]["panorama"]["file"] == f"img-2041-{sha('IMG_2041.JPG')[:12]}.jpg"
    for scene in made["scenes"]:
        Scene.model_validate(scene)
    with database.read() as session:
        told = revisions.before(session, TOUR, None, 1)[0]
    assert (told.person_id, told.note) == (None, "thêm cảnh “Chánh điện 01”")


def test_the_same_picture_is_one_file_and_one_scene_however_often_it_comes(database: Database, jobs: Jobs) -> None:
    finish(database, jobs, "Cổng.jpg", "a")
    finish(database, jobs, "cong (1).jpg", "a")
    save(database, jobs, document(database) | {"scenes": []})
    finish(database, jobs, "Cổng.jpg", "a")
    assert document(database)["scenes"] == [], "a scene that somebody took out does not come back"
    with database.read() as session:
        assert [row.name for row in files.of_tour(session, TOUR)] == ["Cổng.jpg"]


def test_a_picture_that_is_sent_again_comes_back_as_a_scene_if_none_shows_it(database: Database, jobs: Jobs) -> None:
    def again(name: str) -> int:
        with database.write() as session:
            panoramas.sent_again(session, jobs, "p1", TOUR, sha(name))
        return len(document(database)["scenes"])

    assert again("Cổng.jpg") == 0, "it is not ready"
    finish(database, jobs, "Cổng.jpg")
    assert again("Cổng.jpg") == 1
    save(database, jobs, document(database) | {"scenes": []})
    assert again("Cổng.jpg") == 1


def test_a_picture_sent_for_a_scene_takes_its_place_and_the_hotspots_stay(database: Database, jobs: Jobs) -> None:
    finish(database, jobs, "Cổng.jpg")
    spot = {"id": "bia", "kind": "card", "yaw_deg": 10.0, "pitch_deg": 0.0, "title": {"vi": "Bia"}}
    (scene,) = document(database)["scenes"]
    scene |= {"hotspots": [spot], "level": {"pitch_deg": 2.0, "roll_deg": 0.0}, "north_deg": 30.0}
    scene["panorama"] |= {"coverage": {"haov_deg": 360.0, "vaov_deg": 120.0}, "credit": "Mười"}
    save(database, jobs, document(database) | {"scenes": [scene]})
    finish(database, jobs, "Cổng mới.jpg", scene="cong", upload="u")
    (placed,) = document(database)["scenes"]
    assert placed["panorama"] == {"file": f"cong-moi-{sha('Cổng mới.jpg')[:12]}.jpg", "credit": "Mười"}
    assert (placed["hotspots"], placed["north_deg"], placed["title"]) == ([spot], 30.0, {"vi": "Cổng"})
    assert "level" not in placed, "how the old picture was levelled says nothing of the new one"
    finish(database, jobs, "Cổng.jpg", scene="cong", upload="v")
    assert len(document(database)["scenes"]) == 1, "the picture before comes back in the same way"
    assert document(database)["scenes"][0]["panorama"]["file"] == scene["panorama"]["file"]
    finish(database, jobs, "Hồ.jpg", scene="da-xoa", upload="w")
    assert [one["id"] for one in document(database)["scenes"]] == ["cong", "ho"], "the scene is gone"


def test_a_name_is_never_that_of_another_content(database: Database) -> None:
    with database.write() as session:
        names = {
            files.keep(session, TOUR, files.Sent("image", "Ảnh" * 60, "ab" * 6 + rest * 26, 9, "TIFF"), None).file
            for rest in ("cd", "ef")
        }
    assert len(names) == 2
    assert all(len(name) <= 100 and name.endswith(".tif") for name in names)


def test_a_photo_that_is_made_a_panorama_keeps_its_name_and_becomes_a_scene(database: Database, jobs: Jobs) -> None:
    with database.write() as session:
        sent = files.Sent("image", "Cổng.jpg", sha("Cổng.jpg"), 1000, "JPEG")
        name = files.keep(session, TOUR, sent, "p1").file
    finish(database, jobs, "Cổng.jpg")
    with database.read() as session:
        assert files.get(session, TOUR, name).kind == "panorama"
    assert [s["panorama"]["file"] for s in document(database)["scenes"]] == [name]


def test_what_no_picture_can_be_cut_by_or_is_no_file_of_the_tour_is_not_asked_for(
    database: Database, jobs: Jobs
) -> None:
    finish(database, jobs, "Cổng.jpg")
    file = document(database)["scenes"][0]["panorama"]["file"]
    odd: list[Any] = [
        3,
        {"id": "a", "panorama": {"file": "khac.jpg"}},
        {"id": "b", "panorama": {"file": file}, "level": {"pitch_deg": 900}},
        {"id": "c", "panorama": {"file": [file]}, "level": []},
        {"id": "d", "panorama": file},
    ]
    assert save(database, jobs, document(database) | {"scenes": odd, "media": 7}) == []
    assert save(database, jobs, document(database) | {"scenes": {"x": 1}}) == []
    finish(database, jobs, "Sân.jpg")
    assert document(database)["scenes"] == {"x": 1}, "a draft that has no list of scenes is left as it is"


def test_a_full_document_stays_as_it_is_and_the_picture_waits_among_the_files(database: Database, jobs: Jobs) -> None:
    room = MAX_BYTES - len(json.dumps(document(database), ensure_ascii=False).encode())
    full = document(database) | {"description": {"vi": "x" * (room - 50)}}
    save(database, jobs, full)
    finish(database, jobs, "Cổng.jpg")
    assert document(database) == full
    with database.read() as session:
        assert [row.name for row in files.of_tour(session, TOUR, "panorama")] == ["Cổng.jpg"]


def test_pictures_on_cards_are_made_fit_for_the_web_once(database: Database, jobs: Jobs) -> None:
    with database.write() as session:
        info = PictureInfo("Ảnh.jpg", "JPEG", 4000, 3000).to_json()
        file = files.keep(session, TOUR, files.Sent("image", "Ảnh.jpg", sha("b"), 9, "JPEG", info), "p1").file
    on_card = document(database) | {"media": [{"id": "anh", "kind": "image", "file": file, "alt": {"vi": "Ảnh"}}]}
    (job,) = save(database, jobs, on_card)
    assert save(database, jobs, on_card) == []
    web = {"private_key": "m/x/picture.jpg", "key": "a/x.jpg", "width_px": 1600, "height_px": 1200, "size": 5}
    with database.write() as session:
        Arrivals(jobs)(session, session.get_one(JobRow, job), {"web": web | {"sha256": "x"}})
    with database.read() as session:
        kept = drafts.work(session, TOUR, on_card).files[file]
    assert kept.web == web | {"sha256": "x"}


def test_a_failed_panorama_is_made_again_and_a_file_that_is_none_is_told(database: Database, jobs: Jobs) -> None:
    finish(database, jobs, "Cổng.jpg")
    plain = document(database)
    (job,) = save(
        database, jobs, plain | {"scenes": [plain["scenes"][0] | {"level": {"pitch_deg": 3.0, "roll_deg": 0.25}}]}
    )
    file = plain["scenes"][0]["panorama"]["file"]
    with database.write() as session:
        session.get_one(JobRow, job).state = "failed"
    with database.write() as session:
        assert panoramas.redo(session, jobs, "p2", TOUR, file) == [job]
    assert jobs.get(job).state == "waiting"
    with pytest.raises(TourFileUnknownError), database.write() as session:
        panoramas.redo(session, jobs, "p2", TOUR, "khac.jpg")


def test_a_draft_says_what_is_ready_and_survives_being_told_to_a_job(database: Database, jobs: Jobs) -> None:
    finish(database, jobs, "Cổng.jpg")
    plain = document(database)
    with database.read() as session:
        draft = drafts.Draft.from_json(drafts.work(session, TOUR, plain).to_json())
    ready = draft.tiled(plain["scenes"][0])
    assert ready is not None
    assert (ready.id, ready.north_deg, ready.tile_set.level_sizes_px) == (sha("Cổng.jpg")[:20], 12.5, [512, 1024])
    assert draft.tiled(plain["scenes"][0] | {"level": {"pitch_deg": 3.0}}) is None
    assert draft.tiled({"id": "x", "panorama": {"file": "khac.jpg"}}) is None


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("IMG_2041.JPG", None),
        ("DSC00012.jpg", None),
        ("R0010051.JPG", None),
        ("20260301_091500.jpg", None),
        ("PXL_20260301_021500123.NIGHT.jpg", None),
        ("IMG_20260301_091500_00_013.insp", None),
        ("z5123456789012_0a1b2c3d4e5f60718293a4b5c6d7e8f9.jpg", None),
        ("0f3c8d1e-77aa-4c1b-9a2e-0123456789ab.png", None),
        ("WhatsApp Image 2026-03-01 at 09.15.00.jpeg", None),
        ("P1010001", None),
        ("", None),
        ("01-cong-chua.jpg", "Cong chua"),
        ("chanh-dien_01.jpg", "Chanh dien 01"),
        ("Sân chùa.jpg", "Sân chùa"),
        ("វត្ត.jpg", "វត្ត"),
        ("寺庙.jpg", "寺庙"),
    ],
)
def test_what_a_camera_calls_its_pictures_is_no_title(name: str, title: str | None) -> None:
    assert scenes.title_of(name) == title


def test_a_recipe_has_one_name_however_its_numbers_were_written() -> None:
    placed = {"file": "a", "coverage": {"haov_deg": 180, "vaov_deg": 90.5}}
    said = {"level": {"roll_deg": 0, "pitch_deg": 2.0}, "panorama": placed}
    recipe = Recipe.of_scene(said)
    assert recipe is not None
    assert recipe.key == (
        '{"coverage":{"haov_deg":180,"pitch_deg":0,"vaov_deg":90.5},"level":{"pitch_deg":2,"roll_deg":0}}'
    )
    assert Recipe.of_key(recipe.key) == recipe
    assert Recipe.of_scene({}) == Recipe()
    assert Recipe().key == "{}"
    longest = Recipe.of({"pitch_deg": -12.345678901234567, "roll_deg": -1.2345678901234567e-300},
                        {"haov_deg": 1.2345678901234567e-300, "vaov_deg": 1.2345678901234567e-300,
                         "pitch_deg": -1.2345678901234567e-300})  # fmt: skip
    assert longest is not None
    assert len(longest.key) <= 400
