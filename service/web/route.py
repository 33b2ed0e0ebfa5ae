"""The lines of the route table: a method and a path, the operation behind them, and who may call it."""

from dataclasses import dataclass, replace
from enum import Enum, auto

from service.domain.caller import Role
from service.web.operation import Operation


class Access(Enum):
    """Who may make a call: anyone; a token's holder; or, where the site allows it, also a reader without one; or who
    watches the service, from its own machine or with a token for that."""

    ANYONE = auto()
    TOKEN = auto()
    TOKEN_OR_READER = auto()
    WATCHER = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """A line of the route table."""

    method: str
    path: str
    operation: Operation
    access: Access = Access.TOKEN
    roles: frozenset[Role] = frozenset()
    audience: str = ""
    """Whom the call is for: its tag in the API's description."""


def calls_of(audience: str, *routes: Route) -> tuple[Route, ...]:
    """The calls that are for an audience, under its tag."""
    return tuple(replace(route, audience=audience) for route in routes)


def route(method: str, path: str, to: Operation, *roles: Role) -> Route:
    """A call for holders of a token of these roles; the administrator may make every call."""
    return Route(method, path, to, Access.TOKEN, frozenset(roles) | {Role.ADMIN})


def open_route(method: str, path: str, to: Operation) -> Route:
    """A call that anyone may make."""
    return Route(method, path, to, Access.ANYONE)


def watcher_route(method: str, path: str, to: Operation) -> Route:
    """A call for those who watch the service: see `access.require_watcher`."""
    return Route(method, path, to, Access.WATCHER, frozenset({Role.OPERATOR, Role.ADMIN}))


def reader_route(method: str, path: str, to: Operation, *roles: Role) -> Route:
    """A call for these roles, and for readers without a token where the site allows public submission."""
    return Route(method, path, to, Access.TOKEN_OR_READER, frozenset(roles) | {Role.ADMIN})
