# ruff: noqa: E501, RUF001 - a file is a line; signs and letters of other scripts are what is tested
"""Caption files that are odder still, and all of them together."""

from __future__ import annotations

from tests.media.subtitles.cases import CASES, SAMI, TTML, Case, one, srt

_LATER = "00:00:03.000 --> 00:00:04.000"
_TWO = f"{one('a')}\n\n{_LATER}\nb"
_HEAD = "WEBVTT\n\n00:01.000 --> 00:02.000\n"
_SHORT = "00:01.000 --> 00:02.000\n"

SUBRIP = [
    Case(f"SubRip, {id_}", "a.srt", source, cues, differs)
    for id_, source, cues, differs in [
        (
            "times with dots",
            srt("a", start="00.00.01.000", stop="00.00.02,000"),
            one("a"),
            "reads none",
        ),
        (
            "digits of Arabic",
            srt("a", start="٠٠:٠٠:٠١,٠٠٠", stop="٠٠:٠٠:٠٢,٠٠٠"),
            one("a"),
            "reads none",
        ),
        (
            "digits as wide as letters",
            srt("a", start="００：００：０１，０００", stop="００：００：０２，０００"),
            one("a"),
            "reads none",
        ),
        (
            "quotation marks",
            srt("a", start='"00:00:01,000"', stop='"00:00:02,000"'),
            one("a"),
            "reads none",
        ),
        (
            "brackets around the times",
            srt("a", start="[00:00:01,000", stop="00:00:02,000]"),
            one("a"),
            "reads none",
        ),
        (
            "lines with all of a cue, as programs that hear print them",
            "[00:00:01.000 --> 00:00:02.000]  a\n[00:00:03.000 --> 00:00:04.000]  b\n",
            _TWO,
            "reads none",
        ),
        (
            "text behind the times",
            "1\n00:00:01,000 --> 00:00:02,000 a\n\n2\n00:00:03,000 --> 00:00:04,000 b\n",
            _TWO,
            "leaves it out",
        ),
        (
            "what is behind the times and no text",
            srt("a").replace("2,000\n", "2,000 default\n"),
            one("a"),
            "",
        ),
        ("an arrow with a name", srt("a").replace("-->", "--&gt;"), one("a"), "reads none"),
        (
            "a mark of direction before the times",
            srt("a").replace("00:00:01", "\u200e00:00:01"),
            one("a"),
            "reads none",
        ),
        (
            "a blank of no width in the times",
            srt("a").replace(" -->", "\u200b -->"),
            one("a"),
            "reads none",
        ),
        (
            "all lines doubled",
            "1\n\n00:00:01,000 --> 00:00:02,000\n\na\n\n7\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\nb\n",
            f"{one('a' + chr(10) + '7')}\n\n{_LATER}\nb",
            "",
        ),
        (
            "no end of one",
            srt("a") + "\n2\n00:00:02,000 -->\nlost\n\n3\n00:00:03,000 --> 00:00:04,000\nb\n",
            _TWO,
            "takes it for text",
        ),
        (
            "no start of one",
            srt("a") + "\n2\n--> 00:00:02,500\nlost\n\n3\n00:00:03,000 --> 00:00:04,000\nb\n",
            _TWO,
            "takes it for text",
        ),
        ("an arrow alone is text", srt("a", "-->", "b"), one("a\n--&gt;\nb"), ""),
        ("blanks in braces", srt("{ \\an8}a"), one("a", "line:0"), "shows them"),
        ("braces without a mark", srt("{an8}a"), one("a", "line:0"), "shows them"),
        ("braces with another mark", srt("{/an8}a"), one("a", "line:0"), "shows them"),
        ("braces that are no place", srt("{an9x}a"), one("{an9x}a"), ""),
        ("paragraphs", srt("<p>a</p><p>b</p>"), one("a\nb"), "joins them"),
        (
            "ruby",
            srt("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字"),
            one("<ruby>漢<rt>かん</rt></ruby>字"),
            "knows none",
        ),
        (
            "ruby never closed",
            srt("<i><ruby>漢<rt>かん"),
            one("<ruby><i>漢</i><rt><i>かん</i></rt></ruby>"),
            "",
        ),
        ("parts of ruby without it", srt("<rp>(</rp>a<rt>b</rt>"), one("(ab"), ""),
        ("what controls a terminal", srt("a\x1b\x01b\x7f"), one("ab"), "keeps it"),
        ("nothing but what controls", srt("\x01\x02"), "", "keeps it"),
        (
            "a number of hours in each time",
            srt("a", start="1:00:01,000", stop="01:00:02,000"),
            one("a").replace("00:00:0", "01:00:0"),
            "",
        ),
        ("pieces of a storyboard", srt("s.jpg#xywh=0,0,160,90"), "", "shows addresses"),
        ("a text of many lines", srt(*"abcdefgh"), one("\n".join("abcdefgh")), ""),
        ("letters of several parts", srt("👩‍👩‍👧 कि"), one("👩‍👩‍👧 कि"), ""),
    ]
]

WEBVTT = [
    Case(f"WebVTT, {id_}", "a.vtt", source, cues, differs)
    for id_, source, cues, differs in [
        ("pieces of a storyboard", f"{_HEAD}s.jpg#xywh=0,0,160,90\n", "", "shows addresses"),
        (
            "pieces of a storyboard elsewhere",
            f"{_HEAD}https://example.org/s.webp?a=1#xywh=percent:0,0,10,10\n",
            "",
            "shows addresses",
        ),
        ("pictures", f"{_HEAD}thumbs/001.jpg\n", "", "shows addresses"),
        ("pictures within", f"{_HEAD}data:image/png;base64,AAAA\n", "", "shows addresses"),
        ("objects for scripts", f'{_HEAD}{{"id": 1,\n"url": "x"}}\n', "", "shows them"),
        ("signs below an empty line", f"{_HEAD}a\n\n< b\n", f"{_SHORT}a\n&lt; b", "leaves it out"),
        (
            "all lines doubled",
            "WEBVTT\n\n\n00:01.000 --> 00:02.000\n\na\n\nb\n\n\n2\n\n00:03.000 --> 00:04.000\n\nc\n",
            f"{_SHORT}a\nb\n\n2\n\n00:03.000 --> 00:04.000\nc",
            "finds no text",
        ),
        ("text below a number", f"{_HEAD}a\n\n7\n\nb\n", f"{_SHORT}a\nb\n\n7", "leaves it out"),
        (
            "a note that goes on",
            f"{_HEAD}a\n\nNOTE b\n\nc\n",
            f"{_SHORT}a\n\nNOTE b\nc",
            "leaves it out",
        ),
        ("a picture below an empty line", f"{_HEAD}\nthumbs/001.jpg\n", "", ""),
        ("text that names a picture", f"{_HEAD}Open a.jpg\n", f"{_SHORT}Open a.jpg", ""),
        ("text in braces", f"{_HEAD}{{laughs}}\n", f"{_SHORT}{{laughs}}", "puts signs before them"),
        ("a heart", f"{_HEAD}I <3 you\nall\n", f"{_SHORT}I &lt;3 you\nall", "takes it for a tag"),
        ("less than", f"{_HEAD}a < b\n", f"{_SHORT}a &lt; b", "takes it for a tag"),
        ("a key", f"{_HEAD}Press <Enter>\n", f"{_SHORT}Press &lt;Enter>", "takes it for a tag"),
        ("a tag never ended", f"{_HEAD}a <b c\n", f"{_SHORT}a &lt;b c", "takes it for a tag"),
        ("an arrow in a text", f"{_HEAD}a --> b\n", f"{_SHORT}a --&gt; b", "drops a sign"),
        ("a tag that breaks lines", f"{_HEAD}a<br>b<br />\n", f"{_SHORT}a\nb", "drops it"),
        (
            "tags of HTML",
            f"{_HEAD}<font color='red'>a</font>\n",
            f"{_SHORT}<font color='red'>a</font>",
            "",
        ),
        (
            "classes, voices, languages, times",
            f"{_HEAD}<v.loud Bob>a <c.x.y>b</c> <lang en>c</lang> <00:01.500>d\n",
            f"{_SHORT}<v.loud Bob>a <c.x.y>b</c> <lang en>c</lang> <00:01.500>d",
            "knows no tags of them",
        ),
        (
            "a voice over two lines",
            f"{_HEAD}<v Bob\nSmith>a\n",
            f"{_SHORT}<v Bob\nSmith>a",
            "",
        ),
        (
            "ruby",
            f"{_HEAD}<ruby>漢<rt>かん</rt></ruby>\n",
            f"{_SHORT}<ruby>漢<rt>かん</rt></ruby>",
            "",
        ),
    ]
]

OTHERS = [
    Case(
        "MicroDVD, all lines",
        "a.sub",
        "{1}{1}25\n{25}{50}{Y:i}a|b\n",
        one("<i>a\nb</i>"),
        "closes each line",
    ),
    Case(
        "MicroDVD, the second line",
        "a.sub",
        "{1}{1}25\n{25}{50}a|{y:i}b\n",
        one("a\n<i>b</i>"),
        "begins a line early",
    ),
    Case(
        "MicroDVD, two styles",
        "a.sub",
        "{1}{1}25\n{25}{50}{y:i,b}a|{y:ub}b\n",
        one("<b><i>a</i>\n<u>b</u></b>"),
        "orders tags anew",
    ),
    Case(
        "MicroDVD, a rate in words",
        "a.sub",
        "{1}{25}movie info: XVID 640x480 25.0fps 700 MB\n{25}{50}a\n",
        f"00:00:00.040 --> 00:00:01.000\nmovie info: XVID 640x480 25.0fps 700 MB\n\n{one('a')}",
        "knows no rate",
    ),
    Case(
        "times in pictures are no TMPlayer",
        "a.sub",
        "$FontName = Arial\n00:00:01:00,00:00:02:12,a|b\n00:00:03:00,00:00:04:00,c\n",
        "",
        "takes frames for hundredths",
    ),
    Case(
        "SAMI, ends of their own",
        "a.smi",
        f"{SAMI}<SYNC Start=1000 End=2000><P Class=KRCC>a\n<SYNC Start=3000 End='4000'><P Class=KRCC>b\n",
        _TWO,
        "knows none",
    ),
    Case(
        "SAMI, an end behind the next start",
        "a.smi",
        f"{SAMI}<SYNC Start=1000 End=9000><P Class=KRCC>a\n<SYNC Start=2000><P Class=KRCC>&nbsp;\n",
        one("a"),
        "",
    ),
    Case(
        "SAMI, an end before its start",
        "a.smi",
        f"{SAMI}<SYNC Start=1000 End=500><P Class=KRCC>a\n<SYNC Start=2000><P Class=KRCC>&nbsp;\n",
        one("a"),
        "",
    ),
    Case(
        "MicroDVD, a slash behind a style",
        "a.sub",
        "{1}{1}25\n{25}{50}{y:b}/a|b\n",
        one("<b><i>a</i></b>\nb"),
        "shows it",
    ),
    Case(
        "SAMI, times in a note",
        "a.smi",
        f"{SAMI}<SYNC Start=1000><P Class=KRCC>a<!-- <SYNC Start=1500><P Class=KRCC>no -->\n<SYNC Start=2000><P Class=KRCC>&nbsp;\n",
        one("a"),
        "shows it",
    ),
    Case(
        "SAMI, a note that never ends",
        "a.smi",
        f"{SAMI}<SYNC Start=1000><P Class=KRCC>a<!-- \n<SYNC Start=2000><P Class=KRCC>&nbsp;\n",
        one("a"),
        "shows it",
    ),
    Case(
        "SAMI, ruby",
        "a.smi",
        f"{SAMI}<SYNC Start=1000><P Class=KRCC><ruby>漢<rt>かん</rt></ruby>字\n<SYNC Start=2000><P Class=KRCC>&nbsp;\n",
        one("<ruby>漢<rt>かん</rt></ruby>字"),
        "",
    ),
]


def _ttml(content: str, head: str = "") -> str:
    body = f"<body><div>{content}</div></body></tt>"
    return f"{TTML.replace('</layout>', f'{head}</layout>')}{body}"


_RUBY = '<span tts:ruby="container"><span tts:ruby="base">漢</span>{}<span tts:ruby="text">かん</span></span>'
_HIDDEN = '<span tts:visibility="hidden"><set begin="{}" tts:visibility="visible"/>{}</span>'

DOCUMENTS = [
    Case(f"TTML, {id_}", "a.ttml", source, cues, "knows none")
    for id_, source, cues in [
        (
            "ruby",
            _ttml(f'<p begin="1s" end="2s">{_RUBY.format("")}字</p>'),
            one("<ruby>漢<rt>かん</rt></ruby>字"),
        ),
        (
            "ruby with what stands for it",
            _ttml(
                f'<p begin="1s" end="2s">{_RUBY.format("<span tts:ruby=" + chr(34) + "delimiter" + chr(34) + ">(</span>")}字</p>'
            ),
            one("<ruby>漢<rt>かん</rt></ruby>字"),
        ),
        (
            "ruby by groups",
            _ttml(
                '<p begin="1s" end="2s"><span tts:ruby="container"><span tts:ruby="baseContainer"><span tts:ruby="base">漢</span>'
                '</span><span tts:ruby="textContainer"><span tts:ruby="text">かん</span></span></span></p>'
            ),
            one("<ruby>漢<rt>かん</rt></ruby>"),
        ),
        (
            "hidden for a while",
            _ttml('<p begin="1s" end="6s"><set begin="1s" dur="1s" tts:visibility="hidden"/>a</p>'),
            f"{one('a')}\n\n00:00:03.000 --> 00:00:06.000\na",
        ),
        (
            "word by word",
            _ttml(
                f'<p begin="1s" end="4s">{_HIDDEN.format("0s", "one")} {_HIDDEN.format("2s", "two")}</p>'
            ),
            "00:00:01.000 --> 00:00:03.000\none\n\n00:00:03.000 --> 00:00:04.000\none two",
        ),
        (
            "a region that comes",
            _ttml(
                '<p region="r" begin="0s" end="9s">a</p>',
                '<region xml:id="r" tts:display="none"><set begin="1s" end="2s" tts:display="auto"/></region>',
            ),
            one("a"),
        ),
        (
            "a region that is hidden",
            _ttml(
                '<p region="r" begin="1s" end="2s">b</p><p begin="1s" end="2s">a</p>',
                '<region xml:id="r" tts:opacity="0.00"/>',
            ),
            one("a"),
        ),
        (
            "changes of colour",
            _ttml('<p begin="1s" end="2s"><set begin="0.5s" tts:color="red"/>a</p>'),
            one("a"),
        ),
        (
            "more changes than are followed",
            _ttml(
                '<p begin="1s" end="2s">'
                + '<set begin="0.1s" tts:visibility="visible"/>' * 1000
                + "a</p>"
            ),
            one("a"),
        ),
    ]
]

ALL_CASES = [*CASES, *SUBRIP, *WEBVTT, *OTHERS, *DOCUMENTS]
