"""The JSON API: what the pages show, and what partners tell, for programs. Its document is at /api/v1/openapi.json.

A token opens what its scopes say (`mobilize tokens`); errors are problem+json (RFC 9457) and repeat nothing of what was
asked. No page of documentation: it would fetch scripts from another host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.params import Depends
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from mobilize.access.scopes import Scope
from mobilize.desk import clients
from mobilize.desk.clients import Asking
from mobilize.errors import Refused
from mobilize.web import api_reading, guard
from mobilize.web.api_shapes import Heard, Plans, Problem, Reported, Wrong
from mobilize.web.pages import Desk, client
from mobilize.web.told import told_by_program

PREFIX = "/api/v1"

_PROBLEM = "application/problem+json"

Key = Annotated[
    str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_.:-]{8,128}$", description="Your number of this report")
]

#: What may go wrong with any question that bears a token.
_ANY = (400, 401, 403, 404, 413, 422, 429, 500)

_BEARER = HTTPBearer(auto_error=False, description="A token of `mobilize tokens add`")


def create(desk: Desk) -> FastAPI:
    """Make the API as an application of its own: its errors are not those of the pages."""
    app = FastAPI(
        title="mobilize",
        version="1",
        description="Replies, the board, letters and reports of one campaign.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
    )
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    app.include_router(api_reading.routes(desk, opener(desk)))
    _reports(app, desk, opener(desk))
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # the way that FastAPI names for it
    return app


def opener(desk: Desk) -> Callable[[Scope], Depends]:
    """What makes a dependency of a scope: it lets a question pass whose token opens that."""

    def opens(scope: Scope) -> Depends:
        def asking(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]) -> None:
            request.state.asking = _asking(desk, request, given.credentials if given else "", scope)
            _refuse_unknown(request)

        return Depends(asking)

    return opens


def _asking(desk: Desk, request: Request, token: str, scope: Scope) -> Asking:
    """Who asks. Any token that is none is answered alike, whatever is wrong with it."""
    found = clients.who(desk.installation, token)
    if found is None:
        if not desk.pace.allows("api-door", client(request)):
            raise _slower("api-door")
        raise HTTPException(401, headers={"www-authenticate": "Bearer"})
    if not desk.pace.allows("api", found.name):
        raise _slower("api")
    if scope not in found.scopes:
        raise HTTPException(403, f"this needs {scope}")
    return found


def _refuse_unknown(request: Request) -> None:
    """A misspelt filter would be answered with everything, so it is refused; which it was is not repeated."""
    route = request.scope.get("route")
    known = {each.alias for each in route.dependant.query_params} if isinstance(route, APIRoute) else set()
    if set(request.query_params) - known:
        raise HTTPException(422, f"only these can be asked for here: {', '.join(sorted(known)) or 'nothing'}")


def _slower(what: str) -> HTTPException:
    _, a_minute = guard.PACES[what]
    return HTTPException(429, headers={"retry-after": str(max(1, round(60 / a_minute)) if a_minute else 60)})


def _reports(app: FastAPI, desk: Desk, opens: Callable[[Scope], Depends]) -> None:
    """What partners' programs tell, as on the two forms; it waits for a person like any report.

    The Idempotency-Key is the client's own number of a report: who is not sure that it arrived sends it again under the
    same one, gets the same answer, and nothing is entered twice.
    """
    router = APIRouter(
        prefix="/reports",
        tags=["reports"],
        dependencies=[opens(Scope.REPORTS)],
        responses={200: {"model": Reported, "description": "It was taken in before"}, 409: {}},
    )

    @router.post("/heard", status_code=201)
    def heard(request: Request, told: Heard, response: Response, idempotency_key: Key) -> Reported:
        """Tell what a government said."""
        return _taken(desk, request, told, response, idempotency_key)

    @router.post("/plans", status_code=201)
    def plans(request: Request, told: Plans, response: Response, idempotency_key: Key) -> Reported:
        """Tell where a partner goes next."""
        return _taken(desk, request, told, response, idempotency_key)

    app.include_router(router)


def _taken(desk: Desk, request: Request, told: Heard | Plans, response: Response, key: str) -> Reported:
    asking: Asking = request.state.asking
    try:
        reply, new = clients.report(desk.installation, asking.name, key, told_by_program(told), now=desk.now())
    except Refused as error:
        raise HTTPException(409, error.detail) from None
    response.status_code = 201 if new else 200
    return Reported(reply=reply, new=new)


async def _refused(_request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        # Where and what; never the value: it may be anybody's words.
        wrong = [Wrong(where=[str(each) for each in one["loc"]], what=str(one["msg"])) for one in error.errors()]
        return problem(422, "what was asked is not what this takes", errors=wrong)
    status = error.status_code if isinstance(error, HTTPException) else 500
    told = error.detail if isinstance(error, HTTPException) and error.detail != HTTPStatus(status).phrase else ""
    return problem(status, told, heads=error.headers if isinstance(error, HTTPException) else None)


def problem(
    status: int, detail: str = "", *, errors: list[Wrong] | None = None, heads: Mapping[str, str] | None = None
) -> Response:
    """An error as programs are told it."""
    made = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    return JSONResponse(made.model_dump(), status_code=status, media_type=_PROBLEM, headers=heads)


def _document(app: FastAPI) -> dict[str, Any]:
    """The API's document, with what FastAPI does not know of: every error's shape."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, servers=app.servers
    )
    shapes = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    for shape in (Problem, Wrong):
        shapes[shape.__name__] = shape.model_json_schema(ref_template="#/components/schemas/{model}")
        shapes[shape.__name__].pop("$defs", None)
    error = {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in made["paths"].values():
        for operation in path.values():
            answers = operation["responses"]
            also = [int(each) for each in answers if each.isdigit() and each >= "400"]
            for status in sorted({*also, *_ANY}):
                answers[str(status)] = {"description": HTTPStatus(status).phrase, "content": error}
    app.openapi_schema = made
    return made
