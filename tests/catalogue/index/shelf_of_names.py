# ruff: noqa: RUF001 - letters of other scripts are what is tested, and are wide
"""Two thousand names in ten scripts, made up for tests of searches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

_SHOWS = ("Harbor.Lights", "Silver.Estate", "The.Ferry", "Night.Market")
_EPISODES = ("Old.Friends", "First.Snow", "The.Letter", "Low.Tide", "Salt")
_TAGS = "1080p.WEB-DL.x264-GRP"

FILMS = (
    *("Ocean's Ledger.mkv", "Schindler’s Garden.mp4", "Spider-Fern.mkv", "WALL·T.mp4"),
    *(
        "M.A.P.S.mkv",
        "AC⧸DK live.webm",
        "The Wall Ends.mp4",
        "No.Way.Back.mkv",
        "Jay-Q interview.mp4",
    ),
    *(
        "BigBlueBoat.mp4",
        "clip [dQw4w9WgXcZ].webm",
        "Course C++ part 1.mp4",
        "Course C# part 1.mp4",
    ),
    *("Lesson 1.1.mp4", "Lesson 1.10.mp4", "Lesson 1.2.mp4", "Lesson 1.100.mp4", "Lesson 2.1.mp4"),
    *("DSC0001.mp4", "DSC0010.mp4", "DSC0100.mp4", "GOPR0001.mp4", "Track 1x02.mp4"),
    *("Show Season 3 Episode 04.mp4", "Size 1920x1080.mp4", "Wedding 2019-07-21.mp4"),
)
LATIN = (
    *("Łódź nocą.mp4", "Smørrebrød med ål.mkv", "Đặng Văn Thái.mp4", "Œuvre complète.mkv"),
    *(
        "Ilık su.mp4",
        "Þingvellir.mp4",
        "Straße im Regen.mp4",
        "Été à la mer.mp4",
        "Æbler og pærer.mp4",
    ),
    *("Geburtstagsfeier.mp4", "Fußballspiel.mp4", "Křižovatka.mp4", "Señor Peña.mp4", "Ħaġar.mp4"),
)
DEVANAGARI = (
    *("दान की कहानी.mp4", "दिन भर की बात.mp4", "दुनिया की सैर.mp4", "दीना और मीना.mp4"),
    *("पानी.mp4", "पन्ना.mp4", "पुनः मिलन.mp4", "फ़िल्म.mp4"),
)
BENGALI = ("দিন.mp4", "দান.mp4", "নাদ.mp4", "পানি খাও.mp4")
TAMIL = ("காடு.mp4", "கோடை.mp4", "கடல் பயணம்.mp4")
THAI = ("กา.mp4", "กี่ครั้ง.mp4", "ไก่ย่าง.mp4", "แมวดำ.mp4", "ข้าวผัดปู.mp4")
HAN = (
    *("中国的河.mp4", "韩国与中东国家.mp4", "山中湖与国道.mp4", "日本の夏.mp4", "本日の料理.mp4"),
    *("東京の朝.mp4", "京東の店.mp4", "映画2時間.mp4"),
)
KANA = (
    "トウキョウの夜.mp4",
    "とうきょうの朝.mp4",
    "ラーメンの店.mp4",
    "がんばれ.mp4",
    "ﾊﾅﾋﾞ大会.mp4",
)
HANGUL = ("사랑의불시착륙.mp4", "한국어 수업.mp4", "국어 시간.mp4", "서울의 밤.mp4")
ARABIC = ("العربية للجميع.mp4", "كتاب جديد.mp4", "كِتَاب قديم.mp4", "درس ٢.mp4", "درس ١٠.mp4")
CYRILLIC = ("Ёлка зимой.mp4", "Елена.mp4", "Урок 2.mp4", "Урок 10.mp4", "Сезон 2 Серия 3.mp4")
GREEK = ("Άνοιξη στο νησί.mp4", "Η θάλασσα.mp4", "Ψωμί.mp4")
HEBREW = ("שָׁלוֹם לכולם.mp4", "שלום שוב.mp4", "הספר.mp4")
_LAMP = ((1, "Oil"), (2, "Wick"), (10, "Smoke"))
LATER = (
    *("Історія міста.mp4", "Ґанок.mp4", "Їжак у тумані.mp4", "Љубав и ћуп.mp4", "Йод и май.mp4"),
    *("گربه و سگ.mp4", "یک روز.mp4", "چای.mp4", "חלומות.mp4", "חלום ישן.mp4"),
    *(
        "Şişli'de Akşam.mp4",
        "Țară și mare.mp4",
        "Őszi erdő.mp4",
        "Vůně kávy.mp4",
        "Þór og Æsir.mp4",
    ),
    *("작은 방.mp4", "ひこうき雲.mp4", "新幹線の旅 3.mp4", "한글 3강.mp4", "ഓണം.mp4"),
    *("O'Neill's Barn.mp4", "Rock’n’Reel.mp4", "U.F.O.S..mp4", "20-20 Vision.mp4", "24 7.mp4"),
    *("IMG_20230405_101112.mp4", "VID-20230405-WA0007.mp4", "2023.04.05 hike.mp4"),
    *("[Grp] Kaze no Oto - 07 [1080p].mkv", "[Grp] Kaze no Oto - 17 [1080p].mkv"),
    *("Ibn 'Aʿyān.mp4", "Fern–Robin.mp4", "مدرسة.mp4", "می‌روم.mp4", "בית־קפה.mp4", "רמטכ״ל.mp4"),
    *("Cat & Mouse.mp4", "Slow&Steady.mp4", "Bread and Salt.mp4", "Otter × Badger.mp4"),
    *(
        "30,000 Paces Down.mp4",
        "40000 Miles.mp4",
        "50.000 Wege.mp4",
        "Weaver's.Loom.2031.mkv",
        "H&W Works.mp4",
    ),
    *("Lantern Rock II.mp4", "Kettle Part Two.mp4", "Kettle.Vol.3.mp4", "Kettle Ep. 4.mp4"),
    *(
        "Combs N' Bees.mp4",
        "Quince Harvest Part III.mp4",
        "紙の舟 第十二話.mp4",
        "紙の舟2 第12話.mp4",
        "Süßes für Jörg.mp4",
    ),
    "Ramp_Series_3_-_04._Norway_m001abcd_original.mp4",
    *("लाल चाँद.mp4", "नीला चांद.mp4"),
    *("Νήσος.mp4", "ភាសាខ្មែរ.mp4", "မြန်မာစာ.mp4", "ｽﾊﾟｲｽ.mp4", "ＷＩＤＥ film.mp4", "Part Ⅳ.mp4"),
    *("أحمر.mp4", "Rıfat.mp4", "GROẞE Reise.mp4", "Qurʾān.mp4"),
    *(f"Lamp/Season 7/{number:02} - {title}.mkv" for number, title in _LAMP),
    *("Lamp/Season Eight/Episode 1.mkv", "Lamp/Season Eight/Episode 10.mkv"),
    *("Lamp/Specials/05 Making of.mkv", "灯/第9季/第4集.mp4", "Kerze/Staffel 9/Folge 6.mkv"),
    *("Kerze/Saison 9/Épisode 7.mkv", "Kerze/Сезон 9/Серия 8.mkv", "灯/二 第9季第11集.mp4"),
    *("Quiz.Night.2024.05.06.Guest.mkv", "Farm.S00E03.Special.mkv", "Farm.S02E05E06.Two.mkv"),
)

ODD = (
    *FILMS,
    *LATIN,
    *DEVANAGARI,
    *BENGALI,
    *TAMIL,
    *THAI,
    *HAN,
    *KANA,
    *HANGUL,
    *ARABIC,
    *CYRILLIC,
    *GREEK,
    *HEBREW,
    *LATER,
)

_CRATES = ("Rope", "Lantern", "Barrel", "Anchor", "Compass", "Kettle", "Ladder", "Saddle", "Pillow")


def episodes() -> Iterator[str]:
    """Yield four shows of three seasons of ten episodes, a folder for each season."""
    for show, season, episode in product(_SHOWS, (1, 2, 3), range(1, 11)):
        yield episode_of(show, season, episode)


def episode_of(show: str, season: int, episode: int) -> str:
    """Return the path of one episode."""
    folder = f"{show.replace('.', ' ')}/Season {season}"
    title = _EPISODES[(season + episode) % len(_EPISODES)]
    return f"{folder}/{show}.S{season:02}E{episode:02}.{title}.{_TAGS}.mkv"


def crates() -> Iterator[str]:
    """Yield what there is most of: names that are found by their own words alone."""
    for one, other in product(_CRATES, _CRATES):
        for number in range(23):
            yield f"crates/{one} and {other} take {number}.mp4"


def names() -> list[str]:
    """Return all of them."""
    return [*episodes(), *crates(), *(f"odd/{name}" for name in ODD)]
