"""Every word on the pages, in one table that a host can override. Pure.

A text may have placeholders, ``{folder}``, and is shown with what they stand for. ``videos_1`` is
the text ``videos`` where ``{number}`` is 1. A language with other rules for numbers gives a
function in the place of a text: it is called with the numbers when the page is made.
"""

from __future__ import annotations

import difflib
import string
from collections.abc import Callable, Mapping
from types import MappingProxyType

from markupsafe import Markup

Text = str | Callable[..., str]

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        # The language: a BCP 47 tag, and the direction it is written in, "ltr" or "rtl".
        "language": "en",
        "direction": "ltr",
        # Numbers and dates.
        "decimal": ".",
        "thousands": ",",
        "bytes": "{number}\xa0bytes",
        "bytes_1": "1\xa0byte",
        "size": "{number}\xa0{unit}",
        "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "date": "{day}\xa0{month}\xa0{year}",
        "date_and_time": "{date}, {time}\xa0UTC",
        # The frame of all pages.
        "skip": "Skip to content",
        "breadcrumbs": "Breadcrumbs",
        "footer": "Served by quart-video",
        # The gallery.
        "videos_0": "No videos",
        "videos_or_more": "{number} or more videos",
        "videos_1": "1 video",
        "videos": "{number} videos",
        "folders_1": "1 folder",
        "folders_or_more": "{number} or more folders",
        "folders": "{number} folders",
        "count_here": "{videos} here and in the folders below",
        "count_found": "{videos} in {folder} and in the folders below",
        "count_found_here": "{videos} in {folder}",
        "results": "Results for “{words}”",
        "results_title": "“{words}” in {folder}",
        "begun": "Continue watching",
        "forget_begun": "Forget these",
        "folders_heading": "Folders",
        "videos_heading": "Videos",
        "search": "Search",
        "search_videos": "Search videos",
        "search_below": "Search in this folder and below",
        "clear_search": "Clear search",
        "sort": "Sort: {order}",
        "sort_relevance": "Best match",
        "sort_name": "Name",
        "sort_-name": "Name, from Z to A",
        "sort_-modified": "Newest",
        "sort_modified": "Oldest",
        "sort_-size": "Largest",
        "sort_size": "Smallest",
        "sort_-duration": "Longest",
        "sort_duration": "Shortest",
        "filters_0": "Filter",
        "filters": "Filter ({number})",
        "min_duration": "Minimum length",
        "max_duration": "Maximum length",
        "minutes": "{number}\xa0min",
        "hours": "{number}\xa0h",
        "any": "Any",
        "apply_filters": "Apply",
        "clear_filters": "Clear filters",
        "grid": "Grid",
        "list": "List",
        "view": "View",
        "include_folders": "Include subfolders",
        "by_folder": "Show by folder",
        "feed": "Videos of {title}, the newest first",
        "apps": "Other apps",
        "apps_help": "Use all of these in VLC, Kodi, yt-dlp and the like",
        "m3u": "M3U: VLC, mpv, Kodi",
        "xspf": "XSPF: VLC, yt-dlp",
        "rss": "RSS: podcasts, feed readers",
        "apps_index": "The address of a folder works in rclone, lftp, wget and Kodi.",
        "new": "New",
        "captions_badge": "CC",
        "captions_badge_help": "With captions",
        "duration": "Duration:",
        "in_folder": "in {folder}",
        "watched": "Watched up to {percent} %",
        "seen": "Watched",
        "hide_seen": "Hide watched",
        "pages": "Pages",
        "folder_pages": "Pages of folders",
        "on_this_page": "{shown} of {all} on this page",
        "first_page": "First page",
        "next_page": "Next page",
        "more_folders": "More folders",
        "find_folder": "Find a folder here",
        "list_changed": "The list has changed: {count}",
        "scanning": "The library is still being read. More videos may turn up in a moment.",
        "empty": "No videos here yet",
        "empty_help": "Videos show up on this page as soon as they are in the folder.",
        "no_match": "No video matches",
        "no_match_help": "Every word has to be in the name of the video or of a folder on the way "
        "to it. Try fewer words, or parts of words.",
        "no_match_filters": "No video here is of the type and length that you look for.",
        "search_everywhere": "Search everywhere",
        "no_more": "Nothing more here",
        "no_more_help": "The rest of this list has been moved or deleted since the page before "
        "was made.",
        "back_to": "Back to {folder}",
        # The watch page.
        "download": "Download",
        "download_mp4": "Download as MP4",
        "sound_track": "Sound: {track}",
        "sound_preparing": "Sound for browsers is being prepared: {percent} % is done.",
        "sound_preparing_left": (
            "Sound for browsers is being prepared: {percent} % is done, the rest takes {time}."
        ),
        "copy_link": "Copy link at this time",
        "copied": "Copied: {link}",
        "copy_failed": "Copy this link: {link}",
        "speed": "Speed",
        "captions": "Captions",
        "captions_off": "Off",
        "caption_style": "Caption style",
        "cue_size": "Size",
        "cue_color": "Colour",
        "cue_background": "Background",
        "cue_delay": "Delay in seconds",
        "cue_reset": "As usual",
        "cue_usual": "Usual",
        "cue_white": "White",
        "cue_yellow": "Yellow",
        "cue_cyan": "Cyan",
        "cue_green": "Green",
        "cue_black": "Black",
        "cue_gray": "Half see-through",
        "cue_none": "None",
        "percent": "{percent} %",
        "picture_in_picture": "Picture in picture",
        "keys": "Keyboard",
        "resumed": "Resumed at {time}",
        "start_over": "Start over",
        "no_video": "This browser does not play videos.",
        "no_picture": "No picture? Your browser may lack the codec: a downloaded copy plays in "
        "VLC, mpv and the like.",
        "problem_type": "This browser cannot play this type of video",
        "problem_type_help": "It does not decode what is in the file: {codecs}.",
        "problem_unknown": "This video does not play here",
        "problem_unknown_help": "The file is damaged, or of a type that this browser does not "
        "play: {type}.",
        "problem_damaged": "This video is damaged",
        "problem_damaged_help": "Something in the file is missing or wrong.",
        "problem_empty": "This file is empty",
        "problem_empty_help": "There is no video in it. It may still be on its way here, or a copy "
        "of it has failed.",
        "problem_picture": "This browser shows no picture of this video",
        "problem_picture_help": "It does not decode {codecs}.",
        "problem_sound": "This browser plays this video without sound",
        "problem_sound_help": "It does not decode {codecs}.",
        "problem_copy": "A downloaded copy may play in VLC, mpv and the like.",
        "codec_video": "{name} video",
        "codec_sound": "{name} sound",
        "codec_picture_unknown": "its pictures",
        "codec_sound_unknown": "its sound",
        "problem_gone": "The video is not there any more",
        "problem_gone_help": "It may have been moved, renamed or deleted, or you may not see it "
        "any more.",
        "problem_login": "You may not watch this video now",
        "problem_login_help": "Your login may have ended. Load the page again to log in.",
        "problem_network": "The video does not load",
        "problem_network_help": "The server does not answer as it should, or not at all. It is "
        "asked again and again, and the video goes on when it answers.",
        "problem_busy": "The server is busy",
        "problem_busy_help": "It sends as many videos as it can, or as you may have at once. It is "
        "asked again soon, and the video goes on by itself.",
        "problem_replaced": "This video was replaced",
        "problem_replaced_help": "There is another file under this name now.",
        "load_again": "Load the page again",
        "try_again": "Try again",
        "details": "Details",
        "file": "File",
        "folder": "Folder",
        "type": "Type",
        "file_size": "Size",
        "size_and_bytes": "{size} ({bytes})",
        "changed": "Changed",
        "length": "Duration",
        "picture": "Picture",
        "chapters": "Chapters",
        "time_line": "Time",
        "play": "Play",
        "pause": "Pause",
        "mute": "Sound off",
        "unmute": "Sound on",
        "volume": "Volume",
        "theatre": "Wide picture",
        "captions_pictures": "Captions made of pictures, which browsers cannot show:",
        "captions_empty": "Captions without any text:",
        "captions_unreadable": "Captions that cannot be read:",
        "embed": "Embed",
        "embed_help": "Put this into the HTML of another page:",
        "watch_on": "Watch on {title}",
        "neighbours": "Previous and next video",
        "autoplay": "Autoplay",
        "next_in": "The next video begins in {seconds}\xa0s",
        "cancel": "Cancel",
        "prev": "Previous",
        "next": "Next",
        # The list of keys.
        "keys_heading": "Keyboard shortcuts",
        "keys_on": "Use these keys",
        "close": "Close",
        "key_space": "Space",
        "key_play": "Play or pause",
        "key_jump": "10 seconds back or forward",
        "key_step": "5 seconds back or forward",
        "key_digit": "Go to 0 % … 90 %",
        "key_mute": "Sound off or on",
        "key_volume": "Louder or quieter, in the player",
        "key_fullscreen": "Full screen",
        "key_captions": "Captions off or on",
        "key_speed": "Slower or faster",
        "key_neighbours": "Previous or next video",
        "key_help": "Show these keys",
        # Errors.
        "error_400": "This address does not work",
        "error_400_help": "Something in it is wrong: {reason}",
        "error_401": "Please log in",
        "error_401_help": "This library is for those who have logged in. Log in, and load this "
        "page again.",
        "error_403": "You do not have access",
        "error_403_help": "You may not see this, or the link has expired. Ask whoever gave it "
        "to you for a new one.",
        "error_404": "There is nothing here",
        "error_404_help": "It may have been moved, renamed or deleted since the link was made.",
        "error_429": "Too much at once",
        "error_429_help": "You are being sent as much as you may have at once. Close a video, "
        "or try again in a moment.",
        "error_503": "The library cannot be read just now",
        "error_503_help": "The storage does not answer, or the server is busy. Try again in a "
        "moment.",
        "to_library": "Go to {title}",
    }
)
"""The texts in English, by key. Any of them can be given in ``VIDEO_TEXTS``."""

_ALIKE = 0.7
"""How alike two keys have to be, from 0 to 1, for one to be meant by the other."""

_MONTHS = 12


def checked(given: Mapping[object, object]) -> Mapping[str, Text]:
    """Return the host's texts, which are to be laid over ours.

    :raises ValueError: a key or a placeholder is none of ours, or a text is no text. The message
        continues the name of the setting.
    """
    table: dict[str, Text] = {}
    for key, value in given.items():
        name = _known(key)
        if isinstance(value, str):
            _check_placeholders(str(key), value, _placeholders(TEXTS[name]))
        elif not callable(value):
            raise ValueError(f"has the key {key!r}, whose value is no text: {value!r}")
        table[str(key)] = value
    months = table.get("months")
    if isinstance(months, str) and len(months.split()) != _MONTHS:
        raise ValueError(f"has {months!r} as the months, which are not twelve words")
    return table


def _known(key: object) -> str:
    """Return the key of ours whose placeholders a text has: ``videos_2`` has those of ``videos``.

    :raises ValueError: there is none.
    """
    name = str(key)
    general, _, number = name.rpartition("_")
    if number.isdecimal() and "number" in _placeholders(TEXTS.get(general, "")):
        return general
    if name in TEXTS:
        return name
    close = difflib.get_close_matches(name, TEXTS, n=1, cutoff=_ALIKE)
    hint = f". Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"has the key {key!r}, which is no text of the pages{hint}")


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _check_placeholders(key: str, text: str, known: set[str]) -> None:
    try:
        unknown = _placeholders(text) - known
    except ValueError as error:  # a lone brace
        raise ValueError(f"has under {key!r} a text that is not right: {error}") from error
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
        wrong = ", ".join(f"{{{name}}}" for name in sorted(unknown))
        raise ValueError(f"uses {wrong} under {key!r}, where the placeholders are: {names}")


class Texts:
    """The texts of one mount, put together with what they speak of."""

    def __init__(self, table: Mapping[str, Text] = TEXTS) -> None:
        self._table = table

    def text(self, key: str, **values: str | int) -> str:
        """Return a text, with *values* in it, for where there can be no markup.

        :raises KeyError: there is no such text, or a placeholder in it has no value.
        """
        shown = {
            name: self.number(value) if isinstance(value, int) else value
            for name, value in values.items()
        }
        return self._template(key, values).format(**shown)

    def phrase(self, key: str, **values: str | int) -> Markup:
        """Return a text as markup: names in it are escaped, and keep their own direction.

        :raises KeyError: there is no such text, or a placeholder in it has no value.
        """
        shown = {name: self._inside(value) for name, value in values.items()}
        return Markup.escape(self._template(key, values)).format(**shown)

    def number(self, value: int) -> str:
        """Return a whole number in groups of three digits."""
        return f"{value:,}".replace(",", self.text("thousands"))

    def _template(self, key: str, values: Mapping[str, str | int]) -> str:
        entry = self._table.get(f"{key}_{values['number']}") if "number" in values else None
        entry = self._table[key] if entry is None else entry
        if isinstance(entry, str):
            return entry
        numbers = {name: value for name, value in values.items() if isinstance(value, int)}
        return str(entry(**numbers))

    def _inside(self, value: str | int) -> Markup:
        if isinstance(value, Markup):
            return value
        if isinstance(value, int):
            return Markup.escape(self.number(value))
        return Markup("<bdi>{}</bdi>").format(value)


ENGLISH = Texts()
