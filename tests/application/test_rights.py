"""What tokens of several roles and sites may do: every call, by every set of roles, on their sites and on others."""

from itertools import chain, combinations

import pytest

from service.domain.caller import Role
from tests.application.conftest import Application
from tests.application.test_routes import NEEDING, path_of

SETS = [frozenset(each) for each in chain.from_iterable(combinations(Role, size) for size in (1, 2, 3, 4))]


@pytest.mark.parametrize("roles", SETS, ids=lambda roles: "+".join(sorted(roles)))
async def test_a_token_may_do_what_one_of_its_roles_may_and_on_its_sites_alone(
    application: Application, roles: frozenset[Role]
) -> None:
    for site in ("own", "others"):
        await application.ask("POST", "/v1/sites", {"site": site})
    for sites in (["*"],) if Role.ADMIN in roles else (["own", "default"], ["*"]):
        made = await application.ask("POST", "/v1/tokens", {"roles": sorted(roles), "sites": sites, "name": "Mo"})
        token = str((await made.json())["token"])
        for route in NEEDING:
            for site in ("own", "others", "none") if "{site}" in route.path else ("default",):
                path = path_of(route).replace("/sites/default", f"/sites/{site}")
                answer = await application.ask(route.method, path, {}, token=token)
                is_theirs = sites == ["*"] or site in sites
                is_refused = answer.status == 403
                assert is_refused is (not is_theirs or roles.isdisjoint(route.roles)), (route.method, path)
                assert answer.status not in {401, 500}
                if site == "none" and not is_refused:
                    assert answer.status == 404
