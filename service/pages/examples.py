"""Example calls for the API's description, by operation. They are of one shell: `$URL`, `$TOKEN`, `$ID` and `$RECEIPT`
are set."""

_SITE = '"$URL/v1/sites/default'
_AUTH = '-H "Authorization: Bearer $TOKEN"'
_JSON = "-H 'Content-Type: application/json'"

LOCAL_URL = "http://127.0.0.1:8080"
SETUP = "URL={url}\nTOKEN=...   # the admin's token is in the data folder, in the file admin-token"

EXAMPLES = {
    "submit": f"""curl -X POST {_SITE}/threads/harbour-footbridge/comments" \\
  {_AUTH} {_JSON} \\
  -H 'Idempotency-Key: comment-4711' \\
  -d '{{"name": "Ada", "email": "ada@example.org", "body": "Count the walkers first."}}'""",
    "read_thread": f"""curl {_SITE}/threads/harbour-footbridge/comments" """.rstrip(),
    "read_receipt": f"""curl -X POST {_SITE}/receipts" \\
  {_JSON} \\
  -d '{{"receipt": "'$RECEIPT'"}}'""",
    "count_published": f"""curl {_SITE}/counts?thread=harbour-footbridge&thread=another" """.rstrip(),
    "set_thread": f"""curl -X PUT {_SITE}/threads/harbour-footbridge" \\
  {_AUTH} {_JSON} \\
  -d '{{"title": "The footbridge", "closed": false}}'""",
    "list_queue": f"""curl {_SITE}/queue?order=riskiest&limit=10" \\
  {_AUTH}""",
    "claim": f"""curl -X POST {_SITE}/claims" \\
  {_AUTH} {_JSON} \\
  -d '{{"limit": 5, "lease_seconds": 300}}'""",
    "decide": f"""curl -X POST {_SITE}/comments/$ID/decisions" \\
  {_AUTH} {_JSON} \\
  -d '{{"decision": "approve", "reason": "on topic"}}'""",
    "undo": f"""curl -X POST {_SITE}/comments/$ID/undo" \\
  {_AUTH}""",
    "set_policy": f"""curl -X PUT {_SITE}/policy" \\
  {_AUTH} {_JSON} \\
  -d '{{"mode": "premoderate", "reader_rate_per_minute": 20}}'""",
    "create_token": f"""curl -X POST "$URL/v1/tokens" \\
  {_AUTH} {_JSON} \\
  -d '{{"role": "moderator", "site": "default", "name": "Mo"}}'""",
}
