import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { REPORT_API_VERSION, type Report, summarize, type TargetResult } from '../model/report.ts';
import { compareReports } from './compare.ts';
import { toCsv } from './csv.ts';
import { toGitHub } from './github.ts';
import { OutputGroups } from './groups.ts';
import { toHtml } from './html/html.ts';
import { toJUnit, xml } from './junit.ts';
import { toMarkdown } from './markdown.ts';
import { mergeReports } from './merge.ts';
import { toPrometheus } from './prometheus.ts';
import { toSarif } from './sarif.ts';

const HOSTILE = [
  ']]>',
  '</script><script>alert(1)</script>',
  '<!--',
  '=cmd()',
  '\t=1+1',
  '+1',
  '@SUM(A1)',
  '::error::boo',
  'a\n::error::boo\r::warning::x',
  '\x1b]52;c;aWQK\x07',
  '\u202edcba',
  '\ud800',
  '\uffff\u0000\u009b',
  '`````',
  '| a | b |\n# title <img src=x onerror=alert(1)>',
  '"quoted", and\r\nmore',
  '%0A::error::x',
];

function result(fields: Partial<TargetResult> = {}): TargetResult {
  return {
    namespace: 'ns',
    pod: 'web-1',
    uid: 'u1',
    container: 'app',
    owner: 'Deployment/web',
    class: 'failed',
    exitCode: 3,
    bytes: 1,
    lines: 1,
    truncated: false,
    milliseconds: 5,
    ...fields,
  };
}

function report(results: TargetResult[], fields: Partial<Report> = {}): Report {
  const groups = new OutputGroups('exact');
  for (const entry of results) {
    if (entry.exitCode !== undefined)
      groups.add(entry, entry.output ?? '', { pod: entry.pod, uid: entry.uid, ips: [] });
  }
  return {
    apiVersion: REPORT_API_VERSION,
    kind: 'Report',
    run: 'x2l7b',
    command: ['sh', '-c', 'id'],
    image: 'busybox',
    started: '2026-01-02T03:04:05.000Z',
    finished: '2026-01-02T03:04:15.000Z',
    summary: summarize(results),
    groups: groups.groups(),
    results,
    ...fields,
  };
}

/** A report with `text` in every field that a cluster or a container can set. */
function hostileReport(text: string): Report {
  return report(
    [
      result({
        output: text,
        message: text,
        reason: text,
        node: text,
        owner: `Deployment/${text}`,
        container: text,
      }),
      result({ uid: 'u2', class: 'passed', exitCode: 0, output: 'fine\n' }),
      result({ uid: 'u3', class: 'lost', message: text }),
    ],
    { command: ['sh', '-c', text], image: text },
  );
}

const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.constantFrom(...HOSTILE), fc.string()).map((p) => p.join('')),
);

/** Characters that none of our documents contains raw. */
const RAW = /[^\P{Cc}\t\n\r]|\p{Cs}/u;

test('JUnit: the document is well-formed whatever the output', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const document = toJUnit(hostileReport(text));
      assert.doesNotMatch(document, RAW);
      assert.doesNotMatch(document.replace(/&(?:amp|lt|gt|quot|apos|#13);/g, ''), /&/);
      const open: string[] = [];
      const rest = document.replace(
        /<(\/?)([\w-]+)(?: [\w-]+="[^"<]*")*(\/?)>/g,
        (_, end: string, name: string, empty: string) => {
          if (end !== '') assert.equal(open.pop(), name);
          else if (empty === '') open.push(name);
          return '';
        },
      );
      assert.deepEqual(open, []);
      assert.doesNotMatch(rest.replace('<?xml version="1.0" encoding="UTF-8"?>', ''), /[<"]/);
    }),
  );
});

test('JUnit: a failed command is a failure, a target that could not run is an error', () => {
  const document = toJUnit(
    report([result(), result({ class: 'lost', uid: 'b', reason: 'TargetRestarted' })]),
  );
  assert.match(document, /<failure type="exit code 3"/);
  assert.match(document, /<error type="lost" message="TargetRestarted">TargetRestarted<\/error>/);
  assert.match(document, /classname="ns.Deployment.web" name="web-1\/app"/);
  assert.match(document, /tests="2" failures="1" errors="1" skipped="0"/);
  assert.equal(xml('\ud800\0'), '\\xd800\\x00');
});

/** Parses CSV as defined in RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.slice(0, -1);
}

test('CSV: each row has all columns, and no cell is a formula', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const rows = readCsv(toCsv(hostileReport(text)));
      assert.equal(rows.length, 4);
      for (const row of rows) {
        assert.equal(row.length, rows[0]?.length);
        for (const cell of row) assert.doesNotMatch(cell, /^[\s\p{Cc}\p{Cf}]*[=+\-@|%]/u);
      }
    }),
  );
});

test('GitHub: no output starts a workflow command', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const lines = toGitHub(hostileReport(text)).trimEnd().split('\n');
      assert.doesNotMatch(lines.join(''), RAW);
      for (const line of lines) assert.match(line, /^::(error|warning|notice) title=[^:,]*::[^\r\n]*$/);
    }),
  );
});

test("HTML: no tag comes from data, and the policy allows only the report's own script", () => {
  const plain = toHtml(hostileReport('x'));
  const tags = (page: string) => page.match(/<[a-z/!]/gi)?.length;
  fc.assert(
    fc.property(anyText, (text) => {
      const page = toHtml(hostileReport(text));
      assert.equal(page.match(/<script/gi)?.length, 2);
      assert.equal(page.match(/<\/script/gi)?.length, 2);
      assert.ok((tags(page) ?? 0) === tags(plain), 'as many tags as with harmless text');
      assert.doesNotMatch(page, RAW);
      const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(page)?.[1] ?? '';
      assert.equal((JSON.parse(data) as { rows: unknown[] }).rows.length, 3);
    }),
  );
  assert.match(
    plain,
    /default-src 'none'; img-src data:; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'/,
  );
});

test('Markdown: outputs stay in their fences, cells in their rows, and nothing becomes HTML', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const page = toMarkdown(hostileReport(text));
      assert.doesNotMatch(page, RAW);
      const outside: string[] = [];
      let fence = '';
      for (const line of page.split('\n')) {
        const mark = /^(`{3,})(text)?$/.exec(line)?.[1];
        if (fence === '' && mark !== undefined) fence = mark;
        else if (fence !== '' && mark === fence) fence = '';
        else if (fence === '') outside.push(line);
      }
      assert.equal(fence, '');
      for (const line of outside) {
        if (line.startsWith('|')) assert.ok(line.endsWith(' |'));
        assert.doesNotMatch(line.replace(/(`+)[^`](?:.*?[^`])?\1(?!`)/g, ''), /(?<!\\)</);
      }
    }),
  );
});

test('SARIF and Prometheus: the documents are valid', () => {
  const log = JSON.parse(toSarif(hostileReport('</script>'), '1.0.0')) as {
    runs: {
      results: { ruleId: string; partialFingerprints: Record<string, string> }[];
      tool: { driver: { rules: unknown[] } };
    }[];
  };
  assert.deepEqual(
    log.runs[0]?.results.map(({ ruleId }) => ruleId),
    ['exit-code-3', 'lost'],
  );
  assert.equal(log.runs[0]?.tool.driver.rules.length, 2);
  const metrics = toPrometheus(report([result(), result({ class: 'passed' })]));
  assert.match(metrics, /^kubectl_dbg_each_targets\{class="failed"\} 1$/m);
  assert.match(metrics, /^kubectl_dbg_each_duration_seconds 10$/m);
  for (const line of metrics.trimEnd().split('\n')) assert.match(line, /^(# (HELP|TYPE) )?kubectl_dbg_each_/);
});

const before = report([
  result({ sha256: 'a' }),
  result({ owner: 'Deployment/db', class: 'passed', exitCode: 0, sha256: 'a' }),
]);
for (const [name, after, changes] of [
  ['the same', before, ['same', 'same']],
  [
    'other pods of the same workload',
    report([result({ pod: 'web-9', uid: 'n', sha256: 'a' })]),
    ['gone', 'same'],
  ],
  ['fixed', report([result({ class: 'passed', exitCode: 0, sha256: 'a' })]), ['gone', 'fixed']],
  ['newly failing', report([result({ owner: 'Deployment/db', sha256: 'a' })]), ['newly-failing', 'gone']],
  ['another output', report([result({ sha256: 'b' })]), ['gone', 'changed']],
  ['not run', report([result({ class: 'not-started' })]), ['gone', 'incomparable']],
  ['another command', report([result({ sha256: 'a' })], { command: ['ls'] }), ['gone', 'incomparable']],
  ['a new workload', report([result({ owner: 'Deployment/a' })]), ['new', 'gone', 'gone']],
] as const) {
  test(`compared with an earlier run: ${name}`, () => {
    assert.deepEqual(
      compareReports(before, after).map(({ change }) => change),
      changes,
    );
  });
}

test('merges shards: each target once, with the final result', () => {
  const merged = mergeReports([
    report([result({ class: 'not-attempted' }), result({ uid: 'b' })]),
    report([result(), result({ uid: 'c', class: 'passed', exitCode: 0 })], {
      finished: '2026-01-02T03:05:00.000Z',
    }),
  ]);
  assert.deepEqual(
    merged.results.map(({ uid, class: name }) => [uid, name]),
    [
      ['b', 'failed'],
      ['c', 'passed'],
      ['u1', 'failed'],
    ],
  );
  assert.equal(merged.finished, '2026-01-02T03:05:00.000Z');
  assert.throws(() => mergeReports([before, report([], { command: ['ls'] })]), RangeError);
  assert.throws(() => mergeReports([]), RangeError);
});
