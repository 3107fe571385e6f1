"""The made-up tour in Vietnamese, English, Khmer and Chinese, as an editor would write it."""

from __future__ import annotations

from typing import Any

from pipeline.page_example import raw_tour

LANGUAGES = ("vi", "en", "km", "zh")


def four_languages() -> dict[str, Any]:
    """Return the tour; its start scene has texts in all four, its court none in Chinese."""
    raw = raw_tour()
    raw["languages"] = list(LANGUAGES)
    raw["title"] |= {"km": "វត្តបុរាណនៅជើងភ្នំសំ", "zh": "三岛山下的古寺"}
    raw["description"] |= {
        "km": "វត្តនេះត្រូវបានសាងសង់ឡើងក្នុងសតវត្សទី១៩ ដោយប្រជាជនក្នុងតំបន់។ ប្រាសាទមានស្ត្រីនិងក្មេងៗមកទស្សនា។\n\n"
        "នៅក្នុងទីធ្លាមានដើមពោធិ៍មួយដើមអាយុរាប់រយឆ្នាំ។",
        "zh": "这座古寺坐落在三岛山脚下，始建于十九世纪。寺内供奉三宝佛像，“西安古寺”四字匾额为朱篤知府所题……\n\n"
        "院中有一棵百年菩提树，每年农历四月举行庙会。",
    }
    gate, court = raw["scenes"]
    gate["title"] |= {"km": "ខ្លោងទ្វារ", "zh": "三门"}
    gate["description"] = gate["description"] | {"km": "នៅមុខខ្លោងទ្វារ។", "zh": "山门之前。"}
    gate["hotspots"][1]["title"] |= {"km": "ផ្លាកឈ្មោះ", "zh": "匾额"}
    gate["hotspots"][1]["text"] |= {"km": "អក្សរមាស៤តួ។", "zh": "匾上四个金字：西安古寺。"}
    court["title"] |= {"km": "ទីធ្លាវត្ត"}
    return raw
