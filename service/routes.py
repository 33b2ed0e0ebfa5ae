"""THE table: every call of the service, who may make it, and what answers it."""

from service.api import (
    administrators,
    audit,
    authors,
    bulk,
    lists,
    live,
    members,
    moderators,
    notes,
    policies,
    reasons,
    receipts,
    site_queues,
    stats,
    submissions,
    threads,
    watchers,
)
from service.api.way_back import RECEIVED
from service.console import guide, home, numbers, sessions, settings, sign_in
from service.domain.caller import Role
from service.pages import demo, docs
from service.web.route import Route, calls_of, open_route, reader_route, route, watcher_route

WEBSITE, MODERATOR, OPERATOR = Role.WEBSITE, Role.MODERATOR, Role.OPERATOR
SITE = "/v1/sites/{site}"
THREAD = SITE + "/threads/{thread}"
COMMENT = SITE + "/comments/{comment_id}"
MEMBER = "/v1/members/{member_id}"
AUTHOR = SITE + "/authors/{author_id}"

API: tuple[Route, ...] = (
    *calls_of(
        "readers",
        reader_route("POST", THREAD + "/comments", submissions.submit, WEBSITE),
        open_route("GET", THREAD + "/comments", threads.read_thread),
        open_route("POST", SITE + "/receipts", receipts.read_receipt),
        open_route("GET", SITE + "/counts", threads.count_published),
        open_route("POST", SITE + "/counts", threads.count_published_of_many),
        route("GET", THREAD, threads.read_thread_settings, WEBSITE, MODERATOR, OPERATOR),
        route("PUT", THREAD, threads.set_thread, WEBSITE, MODERATOR, OPERATOR),
    ),
    *calls_of(
        "moderators",
        route("GET", "/v1/queue", site_queues.list_queues, MODERATOR),
        route("GET", SITE + "/queue", moderators.list_queue, MODERATOR),
        route("POST", SITE + "/claims", moderators.claim, MODERATOR),
        route("DELETE", SITE + "/claims", moderators.release_all, MODERATOR),
        route("DELETE", SITE + "/claims/{comment_id}", moderators.release, MODERATOR),
        route("GET", SITE + "/comments", lists.list_comments, MODERATOR),
        route("GET", COMMENT, moderators.read_comment, MODERATOR, WEBSITE),
        route("POST", COMMENT + "/decisions", moderators.decide, MODERATOR),
        route("POST", COMMENT + "/undo", moderators.undo, MODERATOR),
        route("POST", COMMENT + "/escalations", moderators.escalate, MODERATOR),
        route("GET", COMMENT + "/notes", notes.read_comment_notes, MODERATOR),
        route("POST", COMMENT + "/notes", notes.note_comment, MODERATOR),
        route("GET", AUTHOR + "/notes", notes.read_author_notes, MODERATOR),
        route("POST", AUTHOR + "/notes", notes.note_author, MODERATOR),
        route("POST", SITE + "/decisions", moderators.decide_all, MODERATOR),
        route("POST", SITE + "/bulk/previews", bulk.preview_bulk, MODERATOR),
        route("POST", SITE + "/bulk", bulk.start_bulk, MODERATOR),
        route("GET", SITE + "/bulk", bulk.list_bulks, MODERATOR),
        route("GET", SITE + "/bulk/{bulk_id}", bulk.read_bulk, MODERATOR),
        route("POST", SITE + "/bulk/{bulk_id}/undo", bulk.undo_bulk, MODERATOR),
        route("GET", SITE + "/reasons", reasons.read_reasons, MODERATOR, OPERATOR),
        route("GET", SITE + "/events", live.follow_news, MODERATOR),
        route("GET", SITE + "/stats", stats.read_stats, OPERATOR, MODERATOR),
        route("POST", SITE + "/authors/lookups", authors.look_up_author, MODERATOR),
        route("GET", AUTHOR, authors.read_author, MODERATOR),
        route("PUT", AUTHOR + "/ban", authors.ban_author, MODERATOR),
        route("DELETE", AUTHOR + "/ban", authors.unban_author, MODERATOR),
        route("PUT", AUTHOR + "/trust", authors.trust_author, MODERATOR),
        route("DELETE", AUTHOR + "/trust", authors.untrust_author, MODERATOR),
    ),
    *calls_of(
        "administrators",
        route("GET", SITE + "/policy", policies.read_policy, OPERATOR),
        route("PUT", SITE + "/policy", policies.set_policy, OPERATOR),
        route("PATCH", SITE + "/policy", policies.change_policy, OPERATOR),
        route("POST", SITE + "/policy/tests", policies.try_policy, OPERATOR),
        route("GET", SITE + "/policy/versions", policies.list_policy_versions, OPERATOR),
        route("GET", SITE + "/policy/versions/{version}", policies.read_policy_version, OPERATOR),
        route("POST", SITE + "/policy/versions/{version}/restore", policies.restore_policy_version, OPERATOR),
        route("PUT", SITE + "/reasons", reasons.set_reasons, OPERATOR),
        route("GET", SITE + "/audit", audit.read_audit, OPERATOR),
        route("GET", "/v1/audit", audit.read_audit_of_installation),
        route("GET", "/v1/sites", administrators.list_sites),
        route("POST", "/v1/sites", administrators.create_site),
        route("GET", SITE, administrators.read_site),
        route("PATCH", SITE, administrators.change_site),
        route("GET", "/v1/tokens", members.list_tokens),
        route("POST", "/v1/tokens", members.create_token),
        route("DELETE", "/v1/tokens/{token_id}", members.revoke_token),
        route("GET", "/v1/members", members.list_members),
        route("GET", MEMBER, members.read_member),
        route("PATCH", MEMBER, members.rename_member),
        route("DELETE", MEMBER, members.revoke_member),
    ),
    *calls_of(
        "watchers",
        open_route("GET", "/healthz", watchers.health),
        open_route("GET", "/readyz", watchers.readiness),
        watcher_route("GET", "/metrics", watchers.read_metrics),
    ),
)
PAGES: tuple[Route, ...] = (
    open_route("GET", "/docs", docs.read_docs),
    open_route("GET", "/openapi.json", docs.read_openapi),
    open_route("GET", RECEIVED, docs.read_received),
    open_route("GET", "/favicon.ico", docs.read_favicon),
    open_route("GET", "/static/pages.css", docs.read_style),
    open_route("GET", "/static/harbour.svg", docs.read_picture),
    open_route("GET", "/static/console/{version}/{name}", docs.read_console_file),
)
CONSOLE: tuple[Route, ...] = (
    open_route("GET", "/console/_/sign-in", sign_in.read_sign_in),
    open_route("POST", "/console/_/sign-in", sign_in.sign_in),
    open_route("GET", "/console/_/link", sign_in.read_link),
    open_route("POST", "/console/_/link", sign_in.use_link),
    route("POST", "/console/_/sign-out", sign_in.sign_out, MODERATOR, OPERATOR),
    route("GET", "/console/_/sessions", sessions.read_sessions, MODERATOR, OPERATOR),
    route("POST", "/console/_/sessions", sessions.end_sessions, MODERATOR, OPERATOR),
    route("GET", "/console/_/settings", settings.read_settings, MODERATOR, OPERATOR),
    route("POST", "/console/_/settings", settings.save_settings, MODERATOR, OPERATOR),
    route("GET", "/console/_/guide", guide.read_guide, MODERATOR, OPERATOR),
    route("GET", "/console", home.read_home, MODERATOR, OPERATOR),
    route("GET", "/console/{site}/numbers", numbers.read_page, MODERATOR, OPERATOR),
)
"""Pages of no site lie under `/console/_/`: no site can be called `_`."""
PAGES_WITH_DEMO: tuple[Route, ...] = (
    *PAGES,
    *CONSOLE,
    open_route("GET", "/", demo.go_home),
    open_route("GET", demo.DEMO, demo.read_demo),
    open_route("POST", demo.DEMO, demo.submit_demo),
)
PAGES_WITHOUT_DEMO: tuple[Route, ...] = (*PAGES, *CONSOLE, open_route("GET", "/", docs.go_to_docs))
