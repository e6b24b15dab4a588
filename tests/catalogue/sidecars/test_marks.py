"""Names of caption files, read as other servers of videos read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.sidecars.captions import Stems
from quart_video.catalogue.sidecars.marks import Marks, read_loose_marks, read_marks

BESIDE = [
    ("Film.srt", Marks(), "Captions"),
    ("Film.en.srt", Marks("en"), "English"),
    ("Film.eng.srt", Marks("en"), "English"),
    ("film.EN.srt", Marks("en"), "English"),
    ("Film.English.srt", Marks("en"), "English"),
    ("Film.english.forced.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.German.srt", Marks("de"), "Deutsch"),
    ("Film.Deutsch.srt", Marks("de"), "Deutsch"),
    ("Film.en.forced.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.en.foreign.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.forced.srt", Marks(forced=True), "Captions (forced)"),
    ("Film.en.sdh.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.sdh.en.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en.cc.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en.hi.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en.[HI].srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.hi.srt", Marks("hi"), "हिन्दी"),
    ("Film.hi.hi.srt", Marks("hi", sdh=True), "हिन्दी (SDH)"),
    ("Film.en.default.srt", Marks("en", default=True), "English"),
    (
        "Film.default.en.forced.srt",
        Marks("en", forced=True, default=True),
        "English (forced)",
    ),
    ("Film.pt-BR.srt", Marks("pt-BR"), "Português (Brasil)"),
    ("Film.pt_BR.srt", Marks("pt-BR"), "Português (Brasil)"),
    ("Film.pt.BR.srt", Marks("pt-BR"), "Português (Brasil)"),
    ("Film.pob.srt", Marks("pt-BR"), "Português (Brasil)"),
    ("Film.zh-Hans.ass", Marks("zh-Hans"), "简体中文"),
    ("Film.chs.ass", Marks("zh-Hans"), "简体中文"),
    ("Film.zh.Hant.ass", Marks("zh-Hant"), "繁體中文"),
    ("Film.zh-TW.srt", Marks("zh-TW"), "繁體中文 (台灣)"),
    ("Film.chs&eng.srt", Marks("zh-Hans", title="chs&eng"), "简体中文: chs&eng"),
    ("Film.es-419.srt", Marks("es-419"), "Español (Latinoamérica)"),
    ("Film.en.Commentary.srt", Marks("en", title="Commentary"), "English: Commentary"),
    ("Film.English Commentary.srt", Marks("en", title="Commentary"), "English: Commentary"),
    ("Film.Commentary.srt", Marks(title="Commentary"), "Commentary"),
    ("Film.Signs & Songs.en.ass", Marks("en", title="Signs & Songs"), "English: Signs & Songs"),
    ("Film.en.2.srt", Marks("en", title="2"), "English: 2"),
    ("Film.1080p.BluRay.en.srt", Marks("en", title="1080p.BluRay"), "English: 1080p.BluRay"),
    ("Film.mp4.en.srt", Marks("en"), "English"),
    ("Film.mp4.srt", Marks(), "Captions"),
    ("Film.und.srt", Marks(), "Captions"),
    ("Film.en.de.srt", Marks("de", title="en"), "Deutsch: en"),
    ("Film.new.srt", Marks("new"), "new"),
    ("Film.track3_[eng].srt", Marks("en", title="track3"), "English: track3"),
    ("Film.(pt-BR) Songs.srt", Marks("pt-BR", title="Songs"), "Português (Brasil): Songs"),
    ("Film.Commentary [HI].srt", Marks(title="Commentary [HI]"), "Commentary [HI]"),
    ("Film.en.new.srt", Marks("en", title="new"), "English: new"),
    ("Film.xyz.srt", Marks(title="xyz"), "xyz"),
    ("Film.en-orig.vtt", Marks("en", title="orig"), "English: orig"),
    ("Film.en-en-US.vtt", Marks("en"), "English"),
    ("Film.de-en.vtt", Marks("de"), "Deutsch"),
    ("Film.en-forced.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.gsw-CH.srt", Marks("gsw-CH"), "Schwiizertüütsch (CH)"),
    ("Film.sr-Latn.srt", Marks("sr-Latn"), "Srpski"),
    ("Film.de-1996.srt", Marks("de-1996"), "Deutsch (1996)"),
    # marks that are joined to a code, of which two are codes of a region and of a language
    ("Film.en-cc.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en-hi.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en[cc].srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.es-MX[CC].srt", Marks("es-MX", sdh=True), "Español (México) (SDH)"),
    ("Film.pt-BR-forced.srt", Marks("pt-BR", forced=True), "Português (Brasil) (forced)"),
    ("Film.zh-Hant (SDH).srt", Marks("zh-Hant", sdh=True), "繁體中文 (SDH)"),
    ("Film.hi[cc].srt", Marks("hi", sdh=True), "हिन्दी (SDH)"),
    ("Film.en-CH.srt", Marks("en-CH"), "English (CH)"),
    # what sites and downloaders write
    ("Film.es-la.srt", Marks("es-419"), "Español (Latinoamérica)"),
    ("Film.es-LA.srt", Marks("es-419"), "Español (Latinoamérica)"),
    ("Film.spa-lat.srt", Marks("es-419"), "Español (Latinoamérica)"),
    ("Film.es_lat.srt", Marks("es-419"), "Español (Latinoamérica)"),
    ("Film.en-uk.srt", Marks("en-GB"), "English (UK)"),
    ("Film.en-eEY6OEpapPo.vtt", Marks("en"), "English"),
    ("Film.pt-BR-nP7-2PuUl7o.vtt", Marks("pt-BR"), "Português (Brasil)"),
    ("Film.en-translation.vtt", Marks(title="en-translation"), "en-translation"),
    ("Film.en-x-autogen.vtt", Marks("en-x-autogen"), "English (x-autogen)"),
    ("Film.en-GB-oxendict.vtt", Marks("en-GB-oxendict"), "English (UK) (oxendict)"),
    ("Film.ai-en.srt", Marks("en", title="ai"), "English: ai"),
    ("Film.ai-zh.srt", Marks("zh", title="ai"), "中文: ai"),
    ("Film.繁体.ass", Marks("zh-Hant"), "繁體中文"),
    ("Film.sc.ass", Marks("zh-Hans"), "简体中文"),
    ("Film.TC.ass", Marks("zh-Hant"), "繁體中文"),
    ("Film.JPSC.ass", Marks("zh-Hans"), "简体中文"),
    ("Film.BIG5.ass", Marks("zh-Hant"), "繁體中文"),
    ("Film.VOSTFR.ass", Marks("fr"), "Français"),
    ("Film.track3_eng.srt", Marks("en", title="track3"), "English: track3"),
    ("Film.eng_track3.srt", Marks("en", title="track3"), "English: track3"),
    ("Film.Untitled_3_eng.srt", Marks("en", title="Untitled_3"), "English: Untitled_3"),
    ("Film.subs_en.srt", Marks("en", title="subs"), "English: subs"),
    ("Film.zh-yue.srt", Marks("yue"), "粵語"),
    ("Film.zh-cmn-Hans.srt", Marks("zh-Hans"), "简体中文"),
    ("Film.粤语.srt", Marks("yue"), "粵語"),
    ("Film.粵語.srt", Marks("yue"), "粵語"),
    ("Film.nynorsk.srt", Marks("nn"), "Norsk nynorsk"),
    ("Film.Castellano.srt", Marks("es-ES"), "Español (España)"),
    ("Film.cht_jp.ass", Marks("zh-Hant"), "繁體中文"),
    ("Film.chs-eng.ass", Marks("zh-Hans"), "简体中文"),
    # a language in the middle, beside words that say that there are captions
    ("Film.sub_3_fre_SDH.srt", Marks("fr", sdh=True), "Français (SDH)"),
    ("Film.track_4_ger_forced.srt", Marks("de", forced=True), "Deutsch (forced)"),
    ("Film.3_fre.srt", Marks("fr"), "Français"),
    ("Film.English Subtitles.srt", Marks("en"), "English"),
    ("Film.Eng Subs.srt", Marks("en"), "English"),
    ("Film.napisy pl.srt", Marks("pl"), "Polski"),
    ("Film.en copy.srt", Marks("en"), "English"),
    ("Film.track 3.srt", Marks(title="track 3"), "track 3"),
    ("Film.No Way.srt", Marks(title="No Way"), "No Way"),
    # marks in more words, grown together, or with a number
    ("Film.en.closedcaptions.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en.Closed-Captions.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en.hearing_impaired.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.English (hard of hearing).srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en.CC1.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.en.Forced Narrative.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.en.foreign parts only.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.en.ForeignPartsOnly.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.FrenchSDH.srt", Marks("fr", sdh=True), "Français (SDH)"),
    ("Film.EnglishForced.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.en.non-forced.srt", Marks("en", title="non-forced"), "English: non-forced"),
    ("Film.unforced.srt", Marks(title="unforced"), "unforced"),
    ("Film.Hearing Commentary.srt", Marks(title="Hearing Commentary"), "Hearing Commentary"),
    # numbers, and what is said of a code
    ("Film.English1.srt", Marks("en"), "English"),
    ("Film.eng2.srt", Marks("en"), "English"),
    ("Film.ger_02.srt", Marks("de"), "Deutsch"),
    ("Film.av1.srt", Marks(title="av1"), "av1"),
    (
        "Film.en (auto-generated).srt",
        Marks("en", title="auto-generated"),
        "English: auto-generated",
    ),
    (
        "Film.pt-BR [SDH, forced].srt",
        Marks("pt-BR", forced=True, sdh=True),
        "Português (Brasil) (forced, SDH)",
    ),
    ("Film.en - Copy.srt", Marks("en", title="Copy"), "English: Copy"),
    ("Film.en - de - fr.srt", Marks("en", title="en - de - fr"), "English: en - de - fr"),
    # encodings and forms say nothing
    ("Film.en.utf8.srt", Marks("en"), "English"),
    ("Film.UTF-8.srt", Marks(), "Captions"),
    ("Film.ru.windows-1251.srt", Marks("ru"), "Русский"),
    ("Film.en.srt.srt", Marks("en"), "English"),
    ("Film.en.bak.srt", Marks("en"), "English"),
    # names that people use
    ("Film.en.gbk.srt", Marks("en"), "English"),
    ("Film.gbk.srt", Marks("zh-Hans"), "简体中文"),
    ("Film.gbk.forced.en.srt", Marks("en", forced=True), "English (forced)"),
    ("Film.Englisch.srt", Marks("en"), "English"),
    ("Film.Inglés.SDH.srt", Marks("en", sdh=True), "English (SDH)"),
    ("Film.Französisch.srt", Marks("fr"), "Français"),
    ("Film.Tedesco.srt", Marks("de"), "Deutsch"),
    ("Film.İspanyolca.srt", Marks("es"), "Español"),
    ("Film.английский.srt", Marks("en"), "English"),
    ("Film.हिंदी.srt", Marks("hi"), "हिन्दी"),
    ("Film.Melayu.srt", Marks("ms"), "Bahasa Melayu"),
    ("Film.ka.srt", Marks("ka"), "ქართული"),
    ("Film.Português do Brasil.srt", Marks("pt-BR"), "Português (Brasil)"),
    ("Film.Engels.srt", Marks(title="Engels"), "Engels"),
    ("Film.VFF.srt", Marks("fr-FR"), "Français (FR)"),
    ("Film.VFQ.srt", Marks("fr-CA"), "Français (Canada)"),
    ("Film.рус.srt", Marks("ru"), "Русский"),  # noqa: RUF001 - Cyrillic is meant
    ("Film.укр.forced.srt", Marks("uk", forced=True), "Українська (forced)"),
    ("Film.عربي.srt", Marks("ar"), "العربية"),
    ("Film.LatAm.srt", Marks("es-419"), "Español (Latinoamérica)"),
    ("Film.中文(台灣).srt", Marks("zh-TW"), "繁體中文 (台灣)"),
    ("Film.简英双语.ass", Marks("zh-Hans"), "简体中文"),
    ("Film.中英字幕.ass", Marks("zh"), "中文"),
    ("Film.英文字幕.srt", Marks("en"), "English"),
    ("Film.字幕.srt", Marks(title="字幕"), "字幕"),
    ("Film.简体&英文.ass", Marks("zh-Hans", title="简体&英文"), "简体中文: 简体&英文"),
    ("Film.srp.Latn.srt", Marks("sr-Latn"), "Srpski"),
    ("Film.indonesia.srt", Marks("id"), "Bahasa Indonesia"),
    # marks twice, and in any order
    (
        "Film.en.SDH.default.forced.sdh.srt",
        Marks("en", forced=True, sdh=True, default=True),
        "English (forced, SDH)",
    ),
    ("Film.hi.en.forced.srt", Marks("en", forced=True, sdh=True), "English (forced, SDH)"),
    ("Film.Hindi.hi.srt", Marks("hi", sdh=True), "हिन्दी (SDH)"),
    ("Film.sr-Latn-RS.srt", Marks("sr-Latn-RS"), "Srpski (RS)"),
    ("Film.Čeština.srt", Marks("cs"), "Čeština"),
]


@pytest.mark.parametrize(("name", "marks", "label"), BESIDE, ids=[row[0] for row in BESIDE])
def test_beside_a_video(name: str, marks: Marks, label: str) -> None:
    found = Stems(["Film.mp4"]).find(name)
    assert found is not None
    assert found[0] == "Film"
    assert (read_marks(found[1]), marks.label) == (marks, label)


@pytest.mark.parametrize("name", ["Film-en.srt", "Film en.srt", "Films.srt", "A Film.srt"])
def test_what_is_of_another_video(name: str) -> None:
    assert Stems(["Film.mp4"]).find(name) is None


LOOSE = [
    ("2_English", Marks("en")),
    ("English", Marks("en")),
    ("en", Marks("en")),
    ("3_eng", Marks("en")),
    ("English [SDH]", Marks("en", sdh=True)),
    ("English (Forced)", Marks("en", forced=True)),
    ("English.hi", Marks("en", sdh=True)),
    ("en.hi", Marks("en", sdh=True)),
    ("3_English_HI", Marks("en", sdh=True)),
    ("SDH.eng.HI", Marks("en", sdh=True)),
    ("2_zh-Hans", Marks("zh-Hans")),
    ("2_pt_BR", Marks("pt-BR")),
    ("Chinese (Traditional)", Marks("zh-Hant")),
    ("Latin American Spanish", Marks("es-419")),
    ("Portuguese (Brazilian)", Marks("pt-BR")),
    ("Brazilian Portuguese", Marks("pt-BR")),
    ("European Portuguese", Marks("pt-PT")),
    ("Deutsch", Marks("de")),
    ("Français", Marks("fr")),
    ("Francais", Marks("fr")),
    ("Español", Marks("es")),
    ("日本語", Marks("ja")),
    ("简体中文", Marks("zh-Hans")),
    ("Filipino", Marks("fil")),
    ("Galician", Marks("gl")),
    ("Basque", Marks("eu")),
    ("Bahasa Indonesia", Marks("id")),
    ("The.Show.S01E01.English", Marks("en")),
    ("My Film Is On.en", Marks("en", title="My Film Is On")),
    ("No Man is An Island", Marks(title="No Man is An Island")),
    ("English Commentary", Marks("en", title="Commentary")),
    ("2", Marks()),
    ("S01E01.en", Marks("en")),
    ("S01E02.en", Marks("en", title="S01E02")),
    ("5_Norwegian Bokmål", Marks("nb")),
    ("12 - Haitian Creole", Marks("ht")),
    ("Chinese (Hong Kong)", Marks("zh-HK")),
    ("Dutch (Belgium)", Marks("nl-BE")),
    ("German (Austria)", Marks("de-AT")),
    ("German (Switzerland) [SDH]", Marks("de-CH", sdh=True)),
    ("English (Australia)", Marks("en-AU")),
    ("French (France)", Marks("fr-FR")),
    ("Chinese (Singapore)", Marks("zh-SG")),
    ("English (Kong)", Marks("en")),
    ("other", Marks(title="other")),
    ("The Show S01E01 1080p-eng", Marks("en")),
    ("the.show.s01e01_English_SDH", Marks("en", sdh=True)),
    ("The Show Spanish Forced", Marks("es", forced=True)),
    ("The Show S01E01 1080p", Marks()),
    ("The English", Marks("en")),
    ("3_eng,SDH", Marks("en", sdh=True)),
    ("sub_3_fre_SDH", Marks("fr", sdh=True)),
    ("French.Canadian", Marks("fr-CA")),
]


@pytest.mark.parametrize(("name", "marks"), LOOSE, ids=[row[0] for row in LOOSE])
def test_in_a_folder_of_a_lone_video(name: str, marks: Marks) -> None:
    assert read_loose_marks(name, "The Show S01E01 1080p") == marks


@pytest.mark.parametrize(
    ("marks", "label"),
    [
        (Marks("en", sdh=True, title="English [SDH]"), "English (SDH)"),
        (Marks("en", forced=True, title="English (Forced)"), "English (forced)"),
        (Marks("de", title="German"), "Deutsch"),
        (Marks("en", title="English for kids"), "English: English for kids"),
        (Marks(sdh=True, title="Commentary"), "Commentary (SDH)"),
    ],
)
def test_a_title_is_told_where_it_says_more(marks: Marks, label: str) -> None:
    assert marks.label == label


@pytest.mark.parametrize("piece", ["en - ", "en (", "hearing impaired ", "en-", "cc1 ", "English"])
def test_a_name_as_long_as_names_may_be(piece: str) -> None:
    assert read_marks([(piece * 255)[:255]]).label


@given(st.lists(st.text(max_size=30), max_size=8), st.text(max_size=40))
def test_any_name_can_be_read(parts: list[str], video: str) -> None:
    assert read_marks(parts).label
    assert read_loose_marks(".".join(parts), video).label
