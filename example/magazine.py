"""A page of one's own: an article with a player, a grid of the newest, and a course for members.

The videos of the example are few: those of the course are in the open library at /videos/, too.
"""

from pathlib import Path

from quart import Blueprint, Request, Response, redirect, render_template, request, session, url_for

from quart_video import ListingQuery, Resource, VideoBlueprint, library

magazine = Blueprint("magazine", __name__, url_prefix="/magazine")
course = VideoBlueprint("course", media_root=Path(__file__).parent / "videos" / "Course")


@course.authorize
def may_see(_: Request, resource: Resource) -> bool:
    """Let members see everything, and others that there is a course."""
    return "member" in session or resource.path == ""


magazine.register_blueprint(course, url_prefix="/course", title="The course")


@magazine.get("/")
async def article() -> str:
    """Show the article. What the visitor may not see is not in any listing."""
    newest = ListingQuery(recursive=True, sort="-modified", limit=3)
    return await render_template(
        "magazine.html",
        newest=await library("video").list(newest),
        lessons=await library("magazine.course").list(),
        member=session.get("member"),
    )


@magazine.post("/door")
async def door() -> Response:
    """Let somebody in, or out again. A real site would ask for more than a name."""
    name = (await request.form).get("name")
    if name:
        session["member"] = name
    else:
        session.pop("member", None)
    return redirect(url_for(".article", _anchor="course"))  # type: ignore[return-value]
