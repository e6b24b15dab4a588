# ruff: noqa: E501, RUF001 - a file is a line; signs and letters of other scripts are what is tested
"""Caption files in every form, and the cues that each of them is."""

from __future__ import annotations

from dataclasses import dataclass

SCRIPT = """[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 480

[V4+ Styles]
Format: Name, Fontname, Bold, Italic, Underline, Alignment
Style: Default,Arial,0,0,0,2
Style: Slanted,Arial,0,-1,0,2
Style: Heavy,Arial,-1,0,0,2
Style: Top,Arial,0,0,0,8

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
SAMI = """<SAMI><HEAD><STYLE TYPE="text/css"><!--
P { font-family: Arial; }
.KRCC { Name: Korean; lang: ko-KR; SAMIType: CC; }
.ENCC { Name: English; lang: en-US; SAMIType: CC; }
--></STYLE></HEAD><BODY>
"""
TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25" ttp:tickRate="10000000">
<head><styling>
<style xml:id="slanted" tts:fontStyle="italic"/>
<style xml:id="heavy" tts:fontWeight="bold" style="slanted"/>
</styling><layout>
<region xml:id="top" tts:origin="10% 10%" tts:extent="80% 20%" tts:displayAlign="before"
  tts:textAlign="center"/>
<region xml:id="bottom" tts:origin="10% 70%" tts:extent="80% 20%" tts:textAlign="center"
  tts:displayAlign="after"/>
</layout></head>
"""


@dataclass(frozen=True)
class Case:
    """A file, and the WebVTT that it becomes."""

    id: str
    name: str
    """Of the file: its extension tells ffmpeg what it is."""
    source: str
    cues: str
    """WebVTT without its first line; empty where there is nothing to show."""
    differs: str = ""
    """Why ffmpeg reads something else, or nothing; empty where it reads the same."""


def srt(*lines: str, start: str = "00:00:01,000", stop: str = "00:00:02,000") -> str:
    return "\n".join(["1", f"{start} --> {stop}", *lines, ""])


def ass(*texts: str, style: str = "Default") -> str:
    """Return a script with an event for each text, a second each."""
    events = [
        f"Dialogue: 0,0:00:0{n}.00,0:00:0{n + 1}.00,{style},,0,0,0,,{text}"
        for n, text in enumerate(texts, 1)
    ]
    return SCRIPT + "\n".join([*events, ""])


def one(text: str, settings: str = "") -> str:
    return f"{f'00:00:01.000 --> 00:00:02.000 {settings}'.rstrip()}\n{text}"


TIMES = [
    Case(f"times: {start} to {stop}", "a.srt", srt("Hi", start=start, stop=stop), cues, differs)
    for start, stop, cues, differs in [
        ("00:00:01,000", "00:00:02,500", "00:00:01.000 --> 00:00:02.500\nHi", ""),
        ("0:00:01,000", "0:00:02,500", "00:00:01.000 --> 00:00:02.500\nHi", ""),
        ("00:00:01.000", "00:00:02.500", "00:00:01.000 --> 00:00:02.500\nHi", ""),
        ("00:00:01,5", "00:00:02,75", "00:00:01.500 --> 00:00:02.750\nHi", "counts ms"),
        ("00:00:01,250000", "00:00:02,5", "00:00:01.250 --> 00:00:02.500\nHi", "reads none"),
        ("00:00:01", "00:00:02", "00:00:01.000 --> 00:00:02.000\nHi", "reads none"),
        ("00:00:01, 000", "00:00:02, 500", "00:00:01.000 --> 00:00:02.500\nHi", "reads none"),
        ("00 : 00 : 01 , 000", "00:00:02,500", "00:00:01.000 --> 00:00:02.500\nHi", "reads none"),
        ("00:00:01:000", "00:00:02:500", "00:00:01.000 --> 00:00:02.500\nHi", "reads none"),
        ("00:01.000", "00:02.500", "00:00:01.000 --> 00:00:02.500\nHi", "reads none"),
        ("00:00:0,000", "00:00:2,500", "00:00:00.000 --> 00:00:02.500\nHi", ""),
        ("100:00:01,000", "100:00:02,000", "100:00:01.000 --> 100:00:02.000\nHi", ""),
        ("1000:00:01,000", "1000:00:02,000", "1000:00:01.000 --> 1000:00:02.000\nHi", ""),
        ("00:59:59,999", "01:00:01,000", "00:59:59.999 --> 01:00:01.000\nHi", ""),
        ("00:00:02,000", "00:00:01,000", "", "shows it though it ends before it begins"),
        ("00:00:01,000", "00:00:01,000", "", "shows it though it lasts for nothing"),
    ]
]

SUBRIP = [
    Case("plain", "a.srt", srt("Hello", "world"), one("Hello\nworld")),
    Case("without a number", "a.srt", srt("Hi").removeprefix("1\n"), one("Hi")),
    Case("short arrow", "a.srt", srt("Hi").replace("-->", "->"), one("Hi"), "reads none"),
    Case("another arrow", "a.srt", srt("Hi").replace("-->", "→"), one("Hi"), "reads none"),
    Case(
        "an arrow as editors of letters write it",
        "a.srt",
        srt("Hi").replace("-->", "\u2013>"),
        one("Hi"),
        "reads none",
    ),
    Case("no blanks", "a.srt", srt("Hi").replace(" --> ", "-->"), one("Hi")),
    Case("tabs", "a.srt", srt("Hi").replace(" --> ", "\t-->\t"), one("Hi")),
    Case("ends of lines of DOS", "a.srt", srt("a", "b").replace("\n", "\r\n"), one("a\nb")),
    Case("ends of lines of the Mac", "a.srt", srt("a", "b").replace("\n", "\r"), one("a\nb")),
    Case("no end of the last line", "a.srt", srt("Hi").rstrip(), one("Hi")),
    Case("empty lines first", "a.srt", "\n\n\n" + srt("Hi"), one("Hi")),
    Case("words first", "a.srt", "By nobody\n\n" + srt("Hi"), one("Hi")),
    Case("empty lines within", "a.srt", srt("a", "", "", "b"), one("a\nb"), "keeps empty lines"),
    Case("nothing to read", "a.srt", srt(""), ""),
    Case("blanks alone", "a.srt", srt("  ", "\N{NBSP}"), "", "shows blanks"),
    Case(
        "no empty line between",
        "a.srt",
        "1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:02,000 --> 00:00:03,000\nb\n",
        "00:00:01.000 --> 00:00:02.000\na\n\n00:00:02.000 --> 00:00:03.000\nb",
    ),
    Case(
        "a number that is text",
        "a.srt",
        "1\n00:00:01,000 --> 00:00:02,000\n42\n\n00:00:02,000 --> 00:00:03,000\nb\n",
        "00:00:01.000 --> 00:00:02.000\n42\n\n00:00:02.000 --> 00:00:03.000\nb",
    ),
    Case(
        "out of order",
        "a.srt",
        "1\n00:00:03,000 --> 00:00:04,000\nlater\n\n2\n00:00:01,000 --> 00:00:02,000\nsooner\n",
        "00:00:01.000 --> 00:00:02.000\nsooner\n\n00:00:03.000 --> 00:00:04.000\nlater",
    ),
    Case(
        "at once",
        "a.srt",
        "1\n00:00:01,000 --> 00:00:04,000\na\n\n2\n00:00:02,000 --> 00:00:03,000\nb\n",
        "00:00:01.000 --> 00:00:04.000\na\n\n00:00:02.000 --> 00:00:03.000\nb",
    ),
    Case("the same twice", "a.srt", (srt("a") + "\n") * 2, f"{one('a')}\n\n{one('a')}"),
    Case("coordinates", "a.srt", srt("a").replace("2,000\n", "2,000 X1:40 Y1:20\n"), one("a")),
    Case(
        "settings of WebVTT",
        "a.srt",
        srt("a").replace("2,000\n", "2,000 line:0 align:left foo:1\n"),
        one("a", "line:0 align:left"),
    ),
    Case("an arrow in the text", "a.srt", srt("a -> b"), one("a -&gt; b")),
    Case("italic", "a.srt", srt("<i>a</i> b"), one("<i>a</i> b")),
    Case("bold and underlined", "a.srt", srt("<b>a</b> <u>b</u>"), one("<b>a</b> <u>b</u>")),
    Case("capitals", "a.srt", srt("<I>a</I>"), one("<i>a</i>")),
    Case("over lines", "a.srt", srt("<i>a", "b</i>"), one("<i>a\nb</i>")),
    Case("never closed", "a.srt", srt("<i>a <b>b"), one("<i>a <b>b</b></i>"), "orders tags anew"),
    Case("never opened", "a.srt", srt("a</i> b"), one("a b")),
    Case(
        "crossing",
        "a.srt",
        srt("<b>a<i>b</b>c</i>"),
        one("<b>a<i>b</i></b><i>c</i>"),
        "closes what was opened first",
    ),
    Case("colours", "a.srt", srt('<font color="#ff0000">a</font>'), one("a")),
    Case("an ampersand", "a.srt", srt("AT&T & co"), one("AT&amp;T &amp; co")),
    Case("a heart", "a.srt", srt("I <3 you"), one("I &lt;3 you")),
    Case(
        "comparing", "a.srt", srt("a<b & c > d"), one("a&lt;b &amp; c &gt; d"), "takes a tag for it"
    ),
    Case("a key", "a.srt", srt("Press <Enter>"), one("Press &lt;Enter&gt;")),
    Case("braces", "a.srt", srt("{laughs} Oh no"), one("{laughs} Oh no")),
    Case("braces of SubStation", "a.srt", srt("{\\i1}a{\\i0} b"), one("<i>a</i> b")),
    Case("on top", "a.srt", srt("{\\an8}a"), one("a", "line:0")),
    Case("on the left", "a.srt", srt("{\\an4}a"), one("a", "line:50% position:5% align:left")),
    Case("the old way", "a.srt", srt("{\\a6}a"), one("a", "line:0"), "knows no such tag here"),
    Case("at a point", "a.srt", srt("{\\pos(192,72)}a"), one("a", "line:19%")),
    Case("of MicroDVD", "a.srt", srt("{y:i}a"), one("<i>a</i>"), "drops it"),
    Case("a break of lines", "a.srt", srt("a<br>b<br/>c"), one("a\nb\nc")),
    Case("a break of SubStation", "a.srt", srt("a\\Nb"), one("a\nb")),
    Case("a path", "a.srt", srt("C:\\new\\home"), one("C:\\new\\home"), "takes breaks for it"),
    Case("entities", "a.srt", srt("a &amp; b &lt;c&gt;"), one("a &amp; b &lt;c&gt;"), "shows them"),
    Case("no entity", "a.srt", srt("&foo; &#1;"), one("&amp;foo; &amp;#1;")),
    Case("marks of WebVTT", "a.srt", srt("<c.red>a</c> <v Bob>b</v>"), one("a b"), "shows some"),
    Case("times of words", "a.srt", srt("<00:00:01.500>a"), one("a"), "shows them"),
    Case("right to left", "a.srt", srt("\u202bשלום, עולם\u202c"), one("\u202bשלום, עולם\u202c")),
    Case("marks of bytes", "a.srt", "\ufeff" + srt("a"), one("a")),
    Case("two marks of bytes", "a.srt", "\ufeff\ufeff" + srt("a"), one("a")),
    Case("an arrow of times in the text", "a.srt", srt("a --> b"), one("a --&gt; b")),
]

WEBVTT = [
    Case(f"{id_}", "a.vtt", source, cues, differs)
    for id_, source, cues, differs in [
        ("valid", "WEBVTT\n\n00:01.000 --> 00:02.000\na\n", "00:01.000 --> 00:02.000\na", ""),
        ("a comma", "WEBVTT\n\n00:01,000 --> 00:02,000\na\n", one("a"), "reads none"),
        ("one digit", "WEBVTT\n\n0:01.0 --> 0:02.0\na\n", one("a"), "counts ms"),
        (
            "no line between",
            "WEBVTT\n00:01.000 --> 00:02.000\na\n",
            "00:01.000 --> 00:02.000\na",
            "",
        ),
        (
            "a mark and a line first",
            "\ufeff\nWEBVTT\n\n00:01.000 --> 00:02.000\na\n",
            "00:01.000 --> 00:02.000\na",
            "",
        ),
        (
            "a line of blanks within",
            "WEBVTT\n\n00:01.000 --> 00:02.000\n \na\n  \nb\n",
            "00:01.000 --> 00:02.000\na\nb",
            "ends at it",
        ),
        (
            "lines of blanks between",
            "WEBVTT\n \n00:01.000 --> 00:02.000\na\n \n2\n00:02.000 --> 00:03.000\nb\n",
            "00:01.000 --> 00:02.000\na\n\n2\n00:02.000 --> 00:03.000\nb",
            "takes it for text",
        ),
        (
            "SubRip below the first line",
            "WEBVTT\n\n1\n00:00:01,000 --> 00:00:02,000\na\n",
            f"1\n{one('a')}",
            "reads none",
        ),
        ("no first line", "00:01.000 --> 00:02.000\na\n", one("a"), "reads none"),
        ("SubRip", srt("a"), one("a"), "reads none"),
        ("nothing", "WEBVTT\n", "", ""),
        ("notes alone", "WEBVTT\n\nNOTE a\n", "", ""),
        ("cues without text", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "", "shows nothing, too"),
    ]
]
ALL_OF_WEBVTT = (
    "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:r\n\n"
    "NOTE nothing\n\nname\n00:01.000 --> 00:02.000 line:0\n<v Bob>a <b>b</b> &amp; <c.x>c</c>\n"
)

SUBSTATION = [
    Case("plain", "a.ass", ass("Hello"), one("Hello")),
    Case("lines", "a.ass", ass("a\\Nb\\nc"), one("a\nb c"), "breaks at the small one, too"),
    Case(
        "lines that are never broken by themselves",
        "a.ass",
        ass("a\\Nb\\nc").replace("PlayResX", "WrapStyle: 2\nPlayResX"),
        one("a\nb\nc"),
    ),
    Case("lines broken as one event has it", "a.ass", ass("{\\q2}a\\nb"), one("a\nb")),
    Case("a hard blank", "a.ass", ass("a\\hb"), one("a\N{NBSP}b")),
    Case("plain signs", "a.ass", ass("a<b & c > d"), one("a&lt;b &amp; c &gt; d")),
    Case("a key", "a.ass", ass("Press <Enter>"), one("Press &lt;Enter&gt;")),
    Case("a note", "a.ass", ass("a{a note}b"), one("ab")),
    Case("a brace", "a.ass", ass("a { b"), one("a { b")),
    Case("an escaped brace", "a.ass", ass("\\{a\\} b"), one("{a} b"), "takes it for a note"),
    Case("commas", "a.ass", ass("a, b, c"), one("a, b, c")),
    Case("italic", "a.ass", ass("{\\i1}a{\\i0}b"), one("<i>a</i>b")),
    Case("italic by style", "a.ass", ass("a", style="Slanted"), one("<i>a</i>")),
    Case("upright in an italic style", "a.ass", ass("a{\\i0}b", style="Slanted"), one("<i>a</i>b")),
    Case(
        "back to the style",
        "a.ass",
        ass("a{\\i0}b{\\i}c", style="Slanted"),
        one("<i>a</i>b<i>c</i>"),
    ),
    Case("all back to the style", "a.ass", ass("{\\i1\\b1}a{\\r}b"), one("<b><i>a</i></b>b")),
    Case("to another style", "a.ass", ass("a{\\rHeavy}b"), one("a<b>b</b>")),
    Case("bold by style", "a.ass", ass("a", style="Heavy"), one("<b>a</b>")),
    Case("a weight", "a.ass", ass("{\\b700}a{\\b400}b"), one("<b>a</b>b")),
    Case("an unknown style", "a.ass", ass("a", style="Nobody"), one("a")),
    Case("a style with a star", "a.ass", ass("a", style="*Heavy"), one("<b>a</b>")),
    Case("top by style", "a.ass", ass("a", style="Top"), one("a", "line:0")),
    Case("top", "a.ass", ass("{\\an8}a"), one("a", "line:0")),
    Case("right", "a.ass", ass("{\\an9}a"), one("a", "line:0 position:95% align:right")),
    Case("the old way", "a.ass", ass("{\\a6}a"), one("a", "line:0")),
    Case("at a point", "a.ass", ass("{\\pos(160,120)}a"), one("a", "line:19% position:25%")),
    Case(
        "at a point from its corner",
        "a.ass",
        ass("{\\an7\\pos(64,48)}a"),
        one("a", "line:10% position:10% align:left"),
    ),
    Case("at a point where captions stand", "a.ass", ass("{\\pos(320,460)}a"), one("a")),
    Case("moving", "a.ass", ass("{\\move(160,120,400,120)}a"), one("a", "line:19% position:25%")),
    Case("a drawing", "a.ass", ass("{\\p1}m 0 0 l 9 9{\\p0}a"), one("a")),
    Case("nothing but a drawing", "a.ass", ass("{\\p1}m 0 0 l 9 9"), ""),
    Case("what cannot be seen", "a.ass", ass("{\\alpha&HFF&}a{\\alpha&H00&}b"), one("b")),
    Case("what comes to be seen", "a.ass", ass("{\\alpha&HFF&\\t(0,99,\\alpha&H00&)}a"), one("a")),
    Case("karaoke", "a.ass", ass("{\\k20}la{\\kf30}la"), one("lala")),
    Case("what comes with time", "a.ass", ass("{\\t(0,500,\\i1)}a"), one("a")),
    Case(
        "comments",
        "a.ass",
        ass("a") + "Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,b\n",
        one("a"),
    ),
    Case(
        "no end",
        "a.ass",
        ass("a") + "Dialogue: 0,0:00:03.00,,Default,,0,0,0,,no end\n",
        one("a"),
    ),
    Case(
        "a broken line",
        "a.ass",
        SCRIPT
        + "Dialogue: what is this\nDialogue: 0,x,y,Default,,0,0,0,,b\n"
        + ass("a")[len(SCRIPT) :],
        one("a"),
    ),
    Case("a broken style", "a.ass", "[V4+ Styles]\nStyle: Default\nStyle:\n" + ass("a"), one("a")),
    Case(
        "a comma in a time",
        "a.ass",
        SCRIPT + "Dialogue: 0,0:00:01:00,0:00:02:00,Default,,0,0,0,,a\n",
        one("a"),
    ),
    Case(
        "other columns",
        "a.ass",
        SCRIPT.replace(
            "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
            "Start, Text, End, Style",
        )
        + "Dialogue: 0:00:01.00,a,0:00:02.00,Slanted\n",
        one("<i>a</i>"),
    ),
    Case(
        "few columns",
        "a.ass",
        "[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00,a, b\n",
        one("a, b"),
    ),
    Case(
        "no columns", "a.ass", "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,a\n", one("a")
    ),
    Case("no sections", "a.ass", "Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,a\n", one("a")),
    Case("layers", "a.ass", ass("{\\blur3}a") + ass("{\\bord0}a")[len(SCRIPT) :], one("a")),
    Case(
        "picture by picture",
        "a.ass",
        SCRIPT
        + "".join(
            f"Dialogue: 0,0:00:01.{n:02},0:00:01.{n + 4:02},Default,,0,0,0,,{{\\pos({n},{n})}}a\n"
            for n in range(0, 40, 4)
        ),
        "00:00:01.000 --> 00:00:01.400 line:0% position:0%\na",
    ),
    Case(
        "said twice, with a rest between",
        "a.ass",
        SCRIPT
        + "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,No.\n"
        + "Dialogue: 0,0:00:02.50,0:00:03.00,Default,,0,0,0,,No.\n",
        one("No.") + "\n\n00:00:02.500 --> 00:00:03.000\nNo.",
    ),
    Case(
        "version 4",
        "a.ssa",
        "[Script Info]\nScriptType: v4.00\n\n[V4 Styles]\nFormat: Name, Italic, Alignment\n"
        "Style: Default,-1,6\n\n[Events]\nFormat: Marked, Start, End, Style, Name, MarginL, MarginR, "
        "MarginV, Effect, Text\nDialogue: Marked=0,0:00:01.00,0:00:02.00,*Default,NTP,0,0,0,!Effect,a\n",
        one("<i>a</i>", "line:0"),
    ),
    Case("another name", "a.srt", ass("a"), one("a"), "goes by the name"),
]

OTHERS = [
    Case("MicroDVD", "a.sub", "{1}{1}25\n{25}{50}a|b\n", one("a\nb")),
    Case(
        "MicroDVD, italic",
        "a.sub",
        "{1}{1}25\n{25}{50}{y:i}a|b\n",
        one("<i>a</i>\nb"),
    ),
    Case("MicroDVD without a rate", "a.sub", "{24}{48}a\n", "00:00:01.001 --> 00:00:02.002\na"),
    Case(
        "MicroDVD without an end",
        "a.sub",
        "{1}{1}25\n{25}{}a\n{50}{75}b\n",
        one("a") + "\n\n00:00:02.000 --> 00:00:03.000\nb",
        "has no end",
    ),
    Case("MPL2", "a.txt", "[10][20]/a|b\n", one("<i>a</i>\nb"), "finds no cue in a short file"),
    Case(
        "TMPlayer",
        "a.txt",
        "00:00:01:a|b\n00:00:02:c\n",
        one("a\nb") + "\n\n00:00:02.000 --> 00:00:10.000\nc",
        "finds no cue in a short file",
    ),
    Case(
        "LRC",
        "a.lrc",
        "[ar:nobody]\n[00:01.00]a\n[00:02.00]\n[00:03.00]b\n",
        one("a") + "\n\n00:00:03.000 --> 00:00:11.000\nb",
        "keeps empty lines",
    ),
    Case(
        "time codes with frames are no TMPlayer",
        "a.srt",
        "$FontName = Arial\n00:00:01:00 , 00:00:02:12 , ^IHello^I\n",
        "",
        "takes frames for hundredths",
    ),
    Case(
        "captions of bytes are no TMPlayer",
        "a.srt",
        "Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420 94ae 94ae c8e5 942f\n",
        "",
        "reads them",
    ),
    Case(
        "LRC, with a time for each word",
        "a.lrc",
        "[00:01.00]<00:01.00>so <00:01.50>it goes\n[00:02.00]\n",
        one("so it goes"),
        "shows them",
    ),
    Case(
        "LRC, a line twice",
        "a.lrc",
        "[00:01.00][00:03.00]a\n[00:02.00]b\n[00:04.00]\n",
        f"{one('a')}\n\n00:00:02.000 --> 00:00:03.000\nb\n\n00:00:03.000 --> 00:00:04.000\na",
        "keeps empty lines",
    ),
    Case(
        "LRC, shifted",
        "a.lrc",
        "[offset:+500]\n[00:01.50]a\n[00:02.50]b\n",
        one("a") + "\n\n00:00:02.000 --> 00:00:10.000\nb",
        "keeps the last one",
    ),
    Case(
        "SubViewer",
        "a.sub",
        "[INFORMATION]\n[TITLE]x\n[SUBTITLE]\n00:00:01.00,00:00:02.00\na[br]b\n",
        one("a\nb"),
    ),
    Case("SBV", "a.sbv", "0:00:01.000,0:00:02.000\na\nb\n", one("a\nb"), "knows none"),
    Case(
        "SAMI",
        "a.smi",
        SAMI
        + "<SYNC Start=1000><P Class=KRCC>안녕<br>하세요\n<SYNC Start=2000><P Class=KRCC>&nbsp;\n"
        "</BODY></SAMI>",
        one("안녕\n하세요"),
    ),
    Case(
        "SAMI in two languages",
        "a.smi",
        SAMI + "<SYNC Start=1000><P Class=KRCC>안녕하세요, 여러분<P Class=ENCC>Hi\n"
        "<SYNC Start=2000><P Class=KRCC>&nbsp;<P Class=ENCC>&nbsp;\n</BODY></SAMI>",
        one("안녕하세요, 여러분"),
        "shows both",
    ),
    Case(
        "SAMI without classes",
        "a.smi",
        "<SAMI><BODY><SYNC Start=1000>a<SYNC Start=2000>&nbsp;</BODY></SAMI>",
        one("a"),
        "wants a paragraph",
    ),
    Case(
        "TTML",
        "a.ttml",
        TTML + '<body><div><p begin="1s" end="2s">a<br/>b</p></div></body></tt>',
        one("a\nb"),
        "knows none",
    ),
    Case(
        "TTML, clock",
        "a.ttml",
        TTML + '<body><div><p begin="00:00:01.000" dur="1s">a</p></div></body></tt>',
        one("a"),
        "knows none",
    ),
    Case(
        "TTML, frames",
        "a.ttml",
        TTML + '<body><div><p begin="00:00:01:00" end="50f">a</p></div></body></tt>',
        one("a"),
        "knows none",
    ),
    Case(
        "TTML, ticks",
        "a.ttml",
        TTML + '<body><div><p begin="10000000t" end="20000000t">a</p></div></body></tt>',
        one("a"),
        "knows none",
    ),
    Case(
        "TTML, nested times",
        "a.ttml",
        TTML
        + '<body begin="0.5s"><div begin="500ms"><p begin="0s" end="1s">a</p></div></body></tt>',
        one("a"),
        "knows none",
    ),
    Case(
        "TTML, one after another",
        "a.ttml",
        TTML + '<body begin="1s"><div timeContainer="seq"><p dur="1s">a</p><p dur="1s">b</p></div>'
        "</body></tt>",
        one("a") + "\n\n00:00:02.000 --> 00:00:03.000\nb",
        "knows none",
    ),
    Case(
        "TTML, styles",
        "a.ttml",
        TTML + '<body><div><p begin="1s" end="2s">a <span style="slanted">b</span> '
        '<span style="heavy">c</span></p></div></body></tt>',
        one("a <i>b</i> <b><i>c</i></b>"),
        "knows none",
    ),
    Case(
        "TTML, regions",
        "a.ttml",
        TTML + '<body><div><p region="top" begin="1s" end="2s">a</p></div></body></tt>',
        one("a", "line:10%"),
        "knows none",
    ),
    Case(
        "TTML, region at the bottom",
        "a.ttml",
        TTML + '<body region="bottom"><div><p begin="1s" end="2s">a</p></div></body></tt>',
        one("a"),
        "knows none",
    ),
    Case(
        "TTML, blanks",
        "a.ttml",
        TTML
        + '<body><div><p begin="1s" end="2s">\n  a\n  b &amp; &lt;c&gt;\n</p></div></body></tt>',
        one("a b &amp; &lt;c&gt;"),
        "knows none",
    ),
    Case(
        "TTML, a bad time",
        "a.ttml",
        TTML
        + '<body><div><p begin="x" end="y">a</p><p begin="1s" end="2s">b</p></div></body></tt>',
        one("b"),
        "knows none",
    ),
    Case(
        "TTML, cut off",
        "a.ttml",
        TTML + '<body><div><p begin="1s" end="2s">a</p><p begin="2s" end="3s">b',
        one("a") + "\n\n00:00:02.000 --> 00:00:03.000\nb",
        "knows none",
    ),
    Case(
        "TTML, old and with prefixes",
        "a.dfxp",
        '<t:tt xmlns:t="http://www.w3.org/2006/10/ttaf1"><t:body><t:div>'
        '<t:p begin="1s" end="2s">a</t:p></t:div></t:body></t:tt>',
        one("a"),
        "knows none",
    ),
    Case(
        "TTML, what is no text",
        "a.ttml",
        TTML + '<body><div><metadata><desc>x</desc></metadata><p begin="1s" end="2s">a'
        "<metadata>y</metadata></p></div></body></tt>",
        one("a"),
        "knows none",
    ),
    Case(
        "TTML of another name",
        "a.vtt",
        TTML + '<body><div><p begin="1s" end="2s">a</p></div></body></tt>',
        one("a"),
        "knows none",
    ),
    Case("words", "a.srt", "Nobody speaks.\nNobody.\n", ""),
    Case("nothing", "a.srt", "", ""),
    Case("a page", "a.srt", "<!doctype html><html><body><p>404 Not Found</p></body></html>", ""),
]

TWO = ("00:00:01,000 --> 00:00:02,000", "00:00:03,000 --> 00:00:04,000")


def two(first: str, second: str = "b", *, form: str = "1\n{}\n{}\n\n2\n{}\n{}\n") -> str:
    """Return two cues of SubRip: text, or times and text."""
    (times, text), (later, other) = (
        row.split("\n", 1) if "\n" in row else (usual, row)
        for usual, row in zip(TWO, (first, second), strict=True)
    )
    return form.format(times, text, later, other)


def both(first: str, second: str = "b", *, settings: str = "") -> str:
    return f"{one(first, settings)}\n\n00:00:03.000 --> 00:00:04.000\n{second}"


LOOSE = [
    Case(f"{id_}", "a.srt", source, cues, differs)
    for id_, source, cues, differs in [
        (
            "put together of files with marks",
            two("a").replace("2\n", "\ufeff2\n"),
            both("a"),
            "shows it",
        ),
        (
            "a mark before a time",
            two("a").replace("\n2\n", "\n\ufeff"),
            both("a"),
            "takes it for text",
        ),
        (
            "ends of lines doubled",
            two("a").replace("\n", "\r\r\n"),
            both("a"),
            "keeps empty lines",
        ),
        ("ends of lines mixed", two("a").replace("\n\n2\n", "\r\n\r2\r"), both("a"), ""),
        (
            "begins before the video",
            two("-00:00:01,000 --> 00:00:02,000\na"),
            "00:00:00.000 --> 00:00:02.000\na\n\n00:00:03.000 --> 00:00:04.000\nb",
            "drops the sign",
        ),
        (
            "ends before the video",
            two("-00:00:02,000 --> -00:00:01,000\na"),
            "00:00:03.000 --> 00:00:04.000\nb",
            "drops the sign",
        ),
        (
            "a minus within",
            two("00:00:-1,000 --> 00:00:02,000\na").partition("\n\n")[0],
            "00:00:00.000 --> 00:00:02.000\na",
            "counts it",
        ),
        ("a long arrow", two("00:00:01,000 ----> 00:00:02,000\na"), both("a"), "reads none"),
        ("two arrows", two("00:00:01,000 --> --> 00:00:02,000\na"), both("a"), "reads none"),
        (
            "an arrow of another kind",
            two("a", "00:00:03,000 ==> 00:00:04,000\nb"),
            both("a"),
            "takes it for text",
        ),
        ("wide signs", two("a", "00：00：03，000 --> 00：00：04，000\nb"), both("a"), "reads none"),
        (
            "the number in the line of the times",
            two("a", form="1 {}\n{}\n\n2. {}\n{}\n"),
            both("a"),
            "reads none",
        ),
        (
            "numbers in brackets",
            two("a", form="[1]\n{}\n{}\n\n[2]\n{}\n{}\n"),
            both("a"),
            "shows them",
        ),
        (
            "numbers with a dot",
            two("a", form="1.\n{}\n{}\n\n#2.\n{}\n{}\n"),
            both("a"),
            "shows some",
        ),
        ("times in the text", two("12:00 -> 13:00"), both("12:00 -&gt; 13:00"), ""),
        (
            "times below text",
            "1\n" + TWO[0] + "\nOpen\n12:00 --> 13:00\n",
            one("Open\n12:00 --&gt; 13:00"),
            "takes a time for it",
        ),
        (
            "tags with blanks",
            two("< i >a< / i > b", "<i>b</ i>"),
            both("<i>a</i> b", "<i>b</i>"),
            "knows none",
        ),
        (
            "names of characters",
            two("&copy; &eacute;&hellip;", "&#233; &#xe9; &NBSP;b"),
            both("© é…", "é é \N{NBSP}b"),
            "shows them",
        ),
        ("a name of a name", two("&amp;lt;"), both("&amp;lt;"), "shows it"),
        (
            "names of what cannot be written",
            two("&#0; &#7; &#xd800; &#99999999;"),
            both("&amp;#0; &amp;#7; &amp;#xd800; &amp;#99999999;"),
            "shows them",
        ),
        ("the first place counts", two("{\\an8}{\\an2}a"), both("a", settings="line:0"), ""),
        (
            "nothing but marks that cannot be seen",
            srt("\u200b", "&nbsp;\u2060", "<i>\u200e</i>"),
            "",
            "shows them",
        ),
        ("nothing but blanks of other scripts", srt("\u2800", "\u3164"), "", "shows them"),
        ("shorter than a millisecond", srt("a", stop="00:00:01,0004"), "", "counts more digits"),
        (
            "over a hundred hours",
            srt("a", start="99:59:59,000", stop="100:00:01,000"),
            "99:59:59.000 --> 100:00:01.000\na",
            "",
        ),
    ]
]

LOOSE_WEBVTT = [
    Case(f"{id_}", "a.vtt", source, cues, differs)
    for id_, source, cues, differs in [
        (
            "times in the text",
            "WEBVTT\n\n00:01.000 --> 00:02.000\n12:00 -> 13:00\n",
            "00:01.000 --> 00:02.000\n12:00 -> 13:00",
            "drops a sign",
        ),
        (
            "times below text",
            "WEBVTT\n\n00:01.000 --> 00:02.000\nOpen\n12:00 -> 13:00\n",
            "00:01.000 --> 00:02.000\nOpen\n12:00 -> 13:00",
            "drops a sign",
        ),
        ("another arrow", "WEBVTT\n\n00:01.000 -> 00:02.000\na\n", one("a"), "reads none"),
        (
            "begins before the video",
            "WEBVTT\n\n-00:00:01.000 --> 00:00:02.000\na\n",
            "00:00:00.000 --> 00:00:02.000\na",
            "drops the sign",
        ),
        (
            "an empty line within",
            "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nb\nc\n",
            "00:01.000 --> 00:02.000\na\nb\nc",
            "leaves it out",
        ),
        (
            "numbers and notes that are no text",
            "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n2\n\nNOTE b\n",
            "00:01.000 --> 00:02.000\na\n\n2\n\nNOTE b",
            "takes what comes later in so short a file for text",
        ),
        (
            "put together of files",
            "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n\ufeffWEBVTT\n\n00:03.000 --> 00:04.000\nb\n",
            "00:01.000 --> 00:02.000\na\n\nWEBVTT\n\n00:03.000 --> 00:04.000\nb",
            "ends at it",
        ),
        (
            "a place of SubStation",
            "WEBVTT\n\n00:01.000 --> 00:02.000\n{\\an8}a\n",
            "00:01.000 --> 00:02.000 line:0\na",
            "shows some",
        ),
        (
            "a place of SubStation beside one of its own",
            "WEBVTT\n\n00:01.000 --> 00:02.000 line:50%\n{\\an8}a\n",
            "00:01.000 --> 00:02.000 line:50%\na",
            "shows some",
        ),
        (
            "a place of SubStation alone",
            "WEBVTT\n\n00:01.000 --> 00:02.000\n{\\an8}\n",
            "",
            "shows some",
        ),
        (
            "tags alone",
            "WEBVTT\n\n00:01.000 --> 00:02.000\n<c.x><i></i></c>&nbsp;\u200b\n",
            "",
            "shows it",
        ),
        ("ends before it begins", "WEBVTT\n\n00:02.000 --> 00:01.000\na\n", "", "shows it"),
    ]
]

LOOSE_SUBSTATION = [
    Case(
        "a mark before an event",
        "a.ass",
        ass("a").replace("Dialogue", "\ufeffDialogue"),
        one("a"),
        "reads none",
    ),
    Case(
        "begins before the video",
        "a.ass",
        ass("a").replace("0:00:01.00", "-0:00:01.00"),
        "00:00:00.000 --> 00:00:02.000\na",
        "drops the sign",
    ),
    Case(
        "seconds of three digits",
        "a.ass",
        ass("a").replace("0:00:02.00", "0:00:002.00"),
        one("a"),
        "",
    ),
    Case(
        "a weight of the style",
        "a.ass",
        ass("a").replace("Default,Arial,0", "Default,Arial,700"),
        one("<b>a</b>"),
    ),
    Case("the first place counts", "a.ass", ass("{\\an8}{\\an2}a"), one("a", "line:0")),
    Case(
        "the first point counts",
        "a.ass",
        ass("{\\pos(160,120)\\pos(1,1)}a"),
        one("a", "line:19% position:25%"),
    ),
    Case(
        "a place that is none", "a.ass", ass("{\\a4}a"), one("a", "line:0 position:5% align:left")
    ),
    Case(
        "seen again behind the style",
        "a.ass",
        ass("{\\alpha&HFF&}a{\\r}b"),
        one("b"),
        "shows what cannot be seen",
    ),
    Case(
        "seen again as in the style",
        "a.ass",
        ass("{\\alpha&HFF&}a{\\alpha}b"),
        one("b"),
        "shows what cannot be seen",
    ),
    Case(
        "no part can be seen",
        "a.ass",
        ass("{\\1a&HFF&\\3a&HFF&\\4a&HFF&}a{\\1a&H00&}b"),
        one("b"),
        "shows what cannot be seen",
    ),
    Case("an edge can be seen", "a.ass", ass("{\\1a&HFF&}a"), one("a")),
    Case(
        "a width without a height",
        "a.ass",
        ass("{\\pos(160,120)}a").replace("PlayResY: 480\n", ""),
        one("a", "line:19% position:25%"),
    ),
    Case(
        "a height without a width",
        "a.ass",
        ass("{\\pos(160,120)}a").replace("PlayResX: 640\n", ""),
        one("a", "line:19% position:25%"),
    ),
    Case(
        "a width of 1280 alone",
        "a.ass",
        ass("{\\pos(320,256)}a").replace("PlayResX: 640\nPlayResY: 480\n", "PlayResX: 1280\n"),
        one("a", "line:19% position:25%"),
    ),
    Case(
        "a height of 1024 alone",
        "a.ass",
        ass("{\\pos(320,256)}a").replace("PlayResX: 640\nPlayResY: 480\n", "PlayResY: 1024\n"),
        one("a", "line:19% position:25%"),
    ),
    Case(
        "neither width nor height",
        "a.ass",
        ass("{\\pos(96,72)}a").replace("PlayResX: 640\nPlayResY: 480\n", ""),
        one("a", "line:19% position:25%"),
    ),
    Case(
        "the same text in two places",
        "a.ass",
        ass("{\\an8}a") + ass("a")[len(SCRIPT) :],
        f"{one('a', 'line:0')}\n\n{one('a')}",
    ),
    Case(
        "layers, the lower one a little aside",
        "a.ass",
        ass("{\\pos(100,100)}a") + ass("{\\pos(104,104)}a")[len(SCRIPT) :],
        one("a", "line:15% position:16%"),
        "shows each layer",
    ),
    Case(
        "two that move with one text",
        "a.ass",
        SCRIPT
        + "".join(
            f"Dialogue: 0,0:00:01.{n:02},0:00:01.{n + 4:02},Default,,0,0,0,,{{\\pos({x},{n})}}a\n"
            for n in range(0, 40, 4)
            for x in (64, 576)
        ),
        "00:00:01.000 --> 00:00:01.400 line:0% position:10%\na\n\n"
        "00:00:01.000 --> 00:00:01.400 line:0% position:90%\na",
        "shows each picture",
    ),
]


def sami(*rows: str) -> str:
    return SAMI + "\n".join(rows)


def ttml(body: str, attributes: str = "") -> str:
    return TTML.replace("<tt ", f"<tt {attributes} ") + f"<body><div>{body}</div></body></tt>"


CLEAR = "<SYNC Start=2000><P Class=KRCC>&nbsp;"
LOOSE_OTHERS = [
    Case(f"{id_}", name, source, cues, "reads it otherwise, or not at all")
    for id_, name, source, cues in [
        ("MicroDVD, a rate with its unit", "a.sub", "{1}{1}25.000fps\n{25}{50}a\n", one("a")),
        (
            "MicroDVD, text that is no rate",
            "a.sub",
            "{1}{1}Title\n{24}{48}a\n",
            "00:00:01.001 --> 00:00:02.002\na",
        ),
        ("MicroDVD, blanks", "a.sub", "{1}{1}25\n{ 25 } { 50 } a\n", one("a")),
        ("MPL2, styles", "a.txt", "[10] [20] /a|_b|\\c\n", one("<i>a</i>\n<u>b</u>\n<b>c</b>")),
        (
            "LRC, two languages",
            "a.lrc",
            "[00:01.00]Hello\n[00:01.00]Bonjour\n[00:02.00]\n",
            f"{one('Hello')}\n\n{one('Bonjour')}",
        ),
        (
            "LRC, times within the line",
            "a.lrc",
            "[00:01.00]so[00:01.50] it[00:01.70] goes\n[00:02.00]\n",
            one("so it goes"),
        ),
        (
            "LRC, hours",
            "a.lrc",
            "[01:00:01.00]a\n[01:00:02.00]\n",
            "01:00:01.000 --> 01:00:02.000\na",
        ),
        (
            "LRC, hundredths behind a colon",
            "a.lrc",
            "[00:01:50]a\n[00:02:50]\n",
            "00:00:01.500 --> 00:00:02.500\na",
        ),
        (
            "SubViewer 1",
            "a.sub",
            "[TITLE]\nx\n[BEGIN]\n******** START SCRIPT ********\n[00:00:01]\na|b\n[00:00:02]\n\n[end]\n",
            one("a\nb"),
        ),
        (
            "SAMI below a prolog",
            "a.smi",
            f"<?xml version='1.0'?>\n<!-- {'x' * 5000} -->\n"
            + sami("<SYNC Start=1000><P Class=KRCC>가", CLEAR),
            one("가"),
        ),
        (
            "SAMI, no class where it clears",
            "a.smi",
            sami("<sync start='1000ms'><p class='KRCC'>가", "<SYNC Start=2000><P>&nbsp"),
            one("가"),
        ),
        (
            "SAMI, notes",
            "a.smi",
            sami("<SYNC Start=1000><P Class=KRCC>가<!-- x > y -->나", CLEAR),
            one("가나"),
        ),
        (
            "SAMI, who speaks",
            "a.smi",
            sami("<SYNC Start=1000><P Class=KRCC ID=Source>철수<P Class=KRCC>가", CLEAR),
            one("철수\n가"),
        ),
        (
            "SAMI, begins before the video",
            "a.smi",
            sami("<SYNC Start=-500><P Class=KRCC>가", CLEAR),
            "00:00:00.000 --> 00:00:02.000\n가",
        ),
        (
            "SAMI, names of characters",
            "a.smi",
            sami("<SYNC Start=1000><P Class=KRCC>&hellip;&#44032;", CLEAR),
            one("…가"),
        ),
        (
            "TTML, no ends",
            "a.ttml",
            ttml('<p begin="1s">a</p><p begin="2s">b</p>'),
            one("a") + "\n\n00:00:02.000 --> 00:00:10.000\nb",
        ),
        ("TTML, no times at all", "a.ttml", ttml("<p>a</p>"), ""),
        (
            "TTML, what is hidden",
            "a.ttml",
            ttml(
                '<p begin="1s" end="2s">a<span tts:visibility="hidden">b</span><span tts:display="none">c</span></p><p begin="2s" end="3s" tts:opacity="0">d</p>'
            ),
            one("a"),
        ),
        (
            "TTML, a region in pixels",
            "a.ttml",
            ttml('<p region="r" begin="1s" end="2s">a</p>', 'tts:extent="640px 480px"').replace(
                "<layout>",
                '<layout><region xml:id="r" tts:origin="64px 48px" tts:extent="512px 48px" tts:displayAlign="before" tts:textAlign="center"/>',
            ),
            one("a", "line:10%"),
        ),
        (
            "TTML, a region in cells",
            "a.ttml",
            ttml('<p region="r" begin="1s" end="2s">a</p>', 'ttp:cellResolution="40 20"').replace(
                "<layout>",
                '<layout><region xml:id="r" tts:origin="4c 2c" tts:extent="32c 3c" tts:displayAlign="before" tts:textAlign="center"/>',
            ),
            one("a", "line:10%"),
        ),
        (
            "TTML, names of HTML",
            "a.ttml",
            ttml('<p begin="1s" end="2s">AT&T&nbsp;&eacute; &amp;lt;</p>'),
            one("AT&amp;T\N{NBSP}é &amp;lt;"),
        ),
        (
            "TTML below a long note",
            "a.ttml",
            ttml('<p begin="1s" end="2s">a</p>').replace("?>", f"?><!-- {'x' * 5000} -->"),
            one("a"),
        ),
        (
            "TTML, commas in times",
            "a.ttml",
            ttml('<p begin="00:00:01,000" end="00:00:02,000">a</p>'),
            one("a"),
        ),
        (
            "TTML, seconds without a unit",
            "a.ttml",
            ttml('<p begin="1" end="00:02">a</p>'),
            one("a"),
        ),
        (
            "TTML, two languages",
            "a.ttml",
            ttml(
                '<p xml:lang="en" begin="1s" end="2s">good day</p><p xml:lang="fr" begin="1s" end="2s">salut</p>'
            ),
            one("good day"),
        ),
        (
            "TTML, a span that lasts",
            "a.ttml",
            ttml('<p begin="1s" end="4s"><span dur="1s">a</span></p>'),
            one("a"),
        ),
        # 1,800 and 3,600 pictures of 1001/30000 of a second, but for those left out in a minute
        (
            "TTML, pictures counted",
            "a.ttml",
            ttml(
                '<p begin="00:01:00:00" end="00:02:00:00">a</p>',
                'ttp:timeBase="smpte" ttp:frameRateMultiplier="1000 1001"',
            ).replace('ttp:frameRate="25"', 'ttp:frameRate="30"'),
            "00:01:00.060 --> 00:02:00.120\na",
        ),
        (
            "TTML, numbers of pictures left out",
            "a.ttml",
            ttml(
                '<p begin="00:01:00:02" end="00:10:00:00">a</p>',
                'ttp:timeBase="smpte" ttp:dropMode="dropNTSC" ttp:frameRateMultiplier="1000 1001"',
            ).replace('ttp:frameRate="25"', 'ttp:frameRate="30"'),
            "00:01:00.060 --> 00:09:59.999\na",
        ),
    ]
]

CASES = [
    *(Case(f"SubRip, {c.id}", c.name, c.source, c.cues, c.differs) for c in TIMES + SUBRIP + LOOSE),
    *(Case(f"WebVTT, {c.id}", c.name, c.source, c.cues, c.differs) for c in WEBVTT + LOOSE_WEBVTT),
    *(
        Case(f"ASS, {c.id}", c.name, c.source, c.cues, c.differs)
        for c in SUBSTATION + LOOSE_SUBSTATION
    ),
    *OTHERS,
    *LOOSE_OTHERS,
]
