import { createHash } from 'node:crypto';
import { sanitise, sanitiseText } from '../../base/sanitise.ts';
import { type Report, RESULT_CLASSES, targetName } from '../../model/report.ts';
import { diffGroups } from '../diff.ts';
import { referenceGroup } from '../groups.ts';
import { xml } from '../junit.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** Maximum of characters of each different output, and of all: a browser must stay fast. */
const MAX_OUTPUT = 64 * 1024;
const MAX_OUTPUTS = 16 * 1024 * 1024;

/** Maximum of targets named in a group's heading. */
const MAX_NAMES = 8;

/** Maximum of groups that are compared with the largest. */
const MAX_DIFFS = 50;

/**
 * One self-contained page: no network, and only its own script (its content security policy allows it by its hash).
 * Outputs are data in it, and shown as text.
 */
export function toHtml(report: Report): string {
  const title = `kubectl dbg each: ${sanitise(report.command.join(' '))}`;
  const { summary } = report;
  const cards = [
    ['targets', 'targets', summary.targets],
    ['passed', 'passed', summary.passed],
    ['failed', 'failed', summary.failed],
    ['timed-out', 'timed out', summary.timedOut],
    ['not-started', 'not started', summary.notStarted],
    ['lost', 'lost', summary.lost],
    ['skipped', 'skipped', summary.skipped],
    ['not-attempted', 'not attempted', summary.notAttempted],
  ] as const;
  const policy = `default-src 'none'; img-src data:; style-src '${hash(STYLE)}'; script-src '${hash(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  const heads = ['Target', 'Result', 'Code', 'Why', 'Node', 'Took'];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${xml(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1><code>${xml(sanitise(report.command.join(' ')))}</code></h1>
<p class="mute">Image <code>${xml(sanitise(report.image))}</code>, run <code>${xml(sanitise(report.run))}</code>, ${xml(report.started)} to ${xml(report.finished)}${report.stopped === undefined ? '' : `, stopped: ${xml(report.stopped)}`}, coverage ${Math.floor(summary.coverage * 1000) / 10} %</p>
<ul class="cards">${cards
    .filter(([, , count], index) => index < 3 || count > 0)
    .map(([name, words, count]) => `<li class="${name}"><b>${count}</b>${words}</li>`)
    .join('')}</ul>
</header>
<main>
<h2>Timeline</h2>
<svg id="timeline" viewBox="0 0 600 90" preserveAspectRatio="none" role="img" aria-label="Targets finished over the run's time"></svg>
<h2>Outputs</h2>
<div id="groups"></div>
<h2>Targets</h2>
<div class="tools"><input id="filter" type="search" placeholder="Filter (press /)" aria-label="Filter targets"><select id="class" aria-label="Result"><option value="">every result</option>${RESULT_CLASSES.map((name) => `<option>${name}</option>`).join('')}</select><span id="count" class="mute" role="status"></span></div>
<div id="table"><div id="head">${heads.map((name) => `<button type="button">${name}</button>`).join('')}</div><div id="rows" role="grid" tabindex="0" aria-label="Targets"><div id="space"></div></div></div>
<table id="paper"><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody></tbody></table>
<div id="detail" aria-live="polite"></div>
</main>
<script type="application/json" id="data">${island(dataOf(report))}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function dataOf(report: Report): unknown {
  const outputs: string[] = [];
  const known = new Map<string, number>();
  let size = 0;
  const outputIndex = (output: string | undefined): number => {
    if (output === undefined || output === '') return -1;
    const text = shown(output);
    const index = known.get(text);
    if (index !== undefined) return index;
    if (size + text.length > MAX_OUTPUTS) return -1;
    size += text.length;
    known.set(text, outputs.length);
    return outputs.push(text) - 1;
  };
  const reference = referenceGroup(report.groups);
  return {
    started: report.started,
    finished: report.finished,
    groups: report.groups.map((group, index) => ({
      code: group.exitCode ?? null,
      count: group.count,
      names: group.targets.slice(0, MAX_NAMES).map(sanitise),
      more: group.targets.length - MAX_NAMES,
      out: shown(group.output),
      diff:
        reference === undefined || group === reference || index >= MAX_DIFFS
          ? ''
          : sanitiseText(diffGroups(reference, group)),
    })),
    rows: report.results.map((result) => [
      sanitise(targetName(result)),
      result.class,
      result.exitCode ?? null,
      sanitise([result.reason, result.message].filter((part) => part !== undefined).join(': ')),
      sanitise(result.node ?? ''),
      result.milliseconds,
      sanitise(result.owner ?? ''),
      outputIndex(result.output),
      sanitise(result.outputFile ?? ''),
      result.bytes,
      result.started ?? '',
    ]),
    outputs,
  };
}

function shown(output: string): string {
  const cut = output.length > MAX_OUTPUT;
  return `${sanitiseText(cut ? output.slice(0, MAX_OUTPUT) : output)}${cut ? '\n…' : ''}`;
}

/** JSON in which no HTML parser finds an end tag or a comment. */
function island(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
