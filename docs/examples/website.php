<?php
// A website that shows an article with its readers' comments, and takes new ones. PHP 8.1 or newer, nothing else.
//
//     DESK=http://127.0.0.1:8080 TOKEN=... php -S 127.0.0.1:8003 website.php     # then open http://127.0.0.1:8003/river
//
// TOKEN is a token of the role `website`: it stays here, on the server, and is in no page.

declare(strict_types=1);

define('DESK', getenv('DESK') ?: 'http://127.0.0.1:8080');
define('TOKEN', getenv('TOKEN') ?: '');
define('SITE', getenv('SITE') ?: 'default');
define('ADDRESS', getenv('ADDRESS') ?: 'http://' . ($_SERVER['HTTP_HOST'] ?? '127.0.0.1:8003'));
const ARTICLES = ['river' => 'Every spring the river takes a little more'];
const FIELDS = ['name', 'email', 'website', 'body', 'parent_id'];
const DEEPEST = 5;
const SECONDS = 3;
const LONGEST_WAIT = 2;

function escaped(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

/** Status, headers (in lower case) and JSON of an answer; status 503 where none came. */
function ask(string $path, ?array $body = null, array $headers = []): array
{
    if ($body !== null) {
        $headers[] = 'Content-Type: application/json';
    }
    $options = ['method' => $body === null ? 'GET' : 'POST', 'header' => $headers, 'timeout' => SECONDS,
        'ignore_errors' => true, 'follow_location' => 0];
    if ($body !== null) {
        $options['content'] = json_encode($body, JSON_INVALID_UTF8_SUBSTITUTE);
    }
    $content = @file_get_contents(DESK . '/v1/sites/' . SITE . $path, false, stream_context_create(['http' => $options]));
    $lines = function_exists('http_get_last_response_headers') // since PHP 8.4
        ? http_get_last_response_headers() : ($http_response_header ?? []);
    if ($content === false || !preg_match('~^HTTP/\S+ (\d+)~', $lines[0] ?? '', $found)) {
        return [503, [], []];
    }
    $answered = [];
    foreach (array_slice($lines, 1) as $line) {
        [$name, $value] = array_pad(explode(':', $line, 2), 2, '');
        $answered[strtolower($name)] = trim($value);
    }
    return [(int) $found[1], $answered, json_decode($content, true) ?? []];
}

/** A page of a thread; one that did not change is taken from where it was kept. Null while it cannot be read. */
function read_page(string $path): ?array
{
    $file = sys_get_temp_dir() . '/commentdesk-' . hash('sha256', DESK . SITE . $path) . '.json';
    $known = is_file($file) ? json_decode((string) file_get_contents($file), true) : null;
    [$status, $headers, $page] = ask($path, null, $known ? ['If-None-Match: ' . $known['tag']] : []);
    if ($status !== 200) {
        return $known['page'] ?? null; // also while the service is away: an old page is better than none
    }
    file_put_contents($file, json_encode(['tag' => $headers['etag'], 'page' => $page]), LOCK_EX);
    return $page;
}

/** All published comments of an article, and whether it is closed; null while they cannot be read. */
function read_thread(string $article): ?array
{
    $comments = [];
    $cursor = '';
    do {
        $more = $cursor === '' ? '' : '&cursor=' . rawurlencode($cursor);
        $page = read_page('/threads/' . rawurlencode($article) . '/comments?limit=200' . $more);
        if ($page === null) {
            return null;
        }
        $comments = [...$comments, ...$page['comments']];
        $cursor = $page['next_cursor'];
    } while ($cursor !== null);
    return ['comments' => $comments, 'closed' => $page['closed'] ?? false];
}

/** The same text from the same page, sent twice, is one comment; a mended one is another. */
function key_of(array $form): string
{
    $page = ($form['key'] ?? '') ?: bin2hex(random_bytes(16));
    return hash('sha256', implode("\n", [$page, ...array_map(fn ($name) => $form[$name] ?? '', FIELDS)]));
}

/** The answer for a reader's comment. Sent again once when the service says so: the key makes that safe. */
function submit(string $article, array $form): array
{
    $body = array_filter(array_intersect_key($form, array_flip(FIELDS)), fn ($value) => $value !== '');
    $body['article'] = ['title' => ARTICLES[$article], 'url' => ADDRESS . "/$article"];
    $body['client'] = [
        'ip' => $_SERVER['REMOTE_ADDR'], // behind a proxy: what the proxy says of it, and only if it is yours
        'user_agent' => $_SERVER['HTTP_USER_AGENT'] ?? '',
        'referrer' => $_SERVER['HTTP_REFERER'] ?? '',
    ];
    $path = '/threads/' . rawurlencode($article) . '/comments';
    $headers = ['Authorization: Bearer ' . TOKEN, 'Idempotency-Key: ' . key_of($form)];
    $answer = ask($path, $body, $headers);
    if ($answer[0] === 503) {
        sleep(min((int) ($answer[1]['retry-after'] ?? 1), LONGEST_WAIT));
        $answer = ask($path, $body, $headers);
    }
    return $answer;
}

/** What to tell the reader, by field; "" is for the whole form. */
function mistakes_of(int $status, array $headers, array $answer): array
{
    return match ($status) {
        422 => array_map(fn ($told) => implode(' ', $told), $answer['errors'] ?? []),
        429 => ['' => 'That was quick. Please send it again in ' . ($headers['retry-after'] ?? '60')
            . ' seconds; your text is still here.'],
        409 => ['' => 'This article takes no more comments.'],
        default => ['' => 'Your comment could not be taken just now. Your text is still here:'
            . ' please send it again in a minute.'],
    };
}

/** The replies to each comment, and to '', the article. One whose parent is not published (any more) is among the
 * latter; at the deepest level replies to replies stand beside each other. */
function nested(array $comments): array
{
    $replies = [];
    $places = ['' => [0, '']];
    foreach ($comments as $comment) {
        [$depth, $parent] = $places[$comment['parent_id'] ?? ''] ?? $places[''];
        $replies[$parent][] = $comment;
        $id = $comment['comment_id'];
        $places[$id] = $depth < DEEPEST ? [$depth + 1, $id] : [$depth, $parent];
    }
    return $replies;
}

function show_comments(array $replies, string $parent = ''): string
{
    $items = '';
    foreach ($replies[$parent] ?? [] as $each) {
        $items .= "<li id=\"comment-{$each['comment_id']}\"><b>" . escaped($each['name']) . '</b> <p>'
            . escaped($each['body']) . "</p><a href=\"?reply={$each['comment_id']}#form\">Reply</a>"
            . show_comments($replies, $each['comment_id']) . '</li>';
    }
    return $items === '' ? '' : "<ol>$items</ol>";
}

function show_form(string $article, array $form, array $mistakes): string
{
    $value = fn (string $name) => escaped($form[$name] ?? '');
    $wrong = fn (string $name) => escaped($mistakes[$name] ?? '');
    $field = fn (string $label, string $name, string $more) => "<p><label>$label <input name=\"$name\""
        . " value=\"{$value($name)}\" $more></label> <em>{$wrong($name)}</em></p>";
    $key = $value('key') ?: bin2hex(random_bytes(16));
    return "<form method=\"post\" action=\"/$article#form\" id=\"form\"><strong>{$wrong('')}</strong>"
        . $field('Name', 'name', 'required')
        . $field('Email', 'email', 'type="email" required')
        . $field('Website', 'website', 'type="url"')
        . "<p><label>Comment <textarea name=\"body\" required>{$value('body')}</textarea></label>"
        . " <em>{$wrong('body')}</em></p><input type=\"hidden\" name=\"parent_id\" value=\"{$value('parent_id')}\">"
        . "<input type=\"hidden\" name=\"key\" value=\"$key\"><button>Send</button></form>";
}

function show_page(string $article, string $notice, array $form, array $mistakes): string
{
    $thread = read_thread($article);
    $comments = $thread === null ? '<p>The comments cannot be shown just now.</p>'
        : (show_comments(nested($thread['comments'])) ?: '<p>No comments yet.</p>');
    $is_shown = $mistakes || !($thread['closed'] ?? false); // what he wrote is his, also when it comes too late
    $below = $is_shown ? show_form($article, $form, $mistakes) : '<p>Comments are closed.</p>';
    $title = escaped(ARTICLES[$article]);
    return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>$title</title>"
        . "<style>p { white-space: pre-line; overflow-wrap: anywhere }</style><h1>$title</h1>"
        . '<p><strong>' . escaped($notice) . "</strong></p>$comments$below</html>";
}

$article = trim((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/');
header('Content-Type: text/html; charset=utf-8');
if (!array_key_exists($article, ARTICLES)) {
    http_response_code(404);
    exit('Not here.');
}
if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    $notice = ($_GET['comment'] ?? '') === 'held' ? 'Thank you. Your comment waits for a moderator.' : '';
    exit(show_page($article, $notice, ['parent_id' => (string) ($_GET['reply'] ?? '')], []));
}
$form = array_filter($_POST, 'is_string');
[$status, $headers, $answer] = submit($article, $form);
if ($status !== 201 && $status !== 202) {
    http_response_code($status);
    exit(show_page($article, '', $form, mistakes_of($status, $headers, $answer)));
}
$there = $answer['state'] === 'published' ? "#comment-{$answer['comment_id']}" : '?comment=held';
header("Location: /$article$there", true, 303); // the browser reads the article again: going back sends nothing twice
