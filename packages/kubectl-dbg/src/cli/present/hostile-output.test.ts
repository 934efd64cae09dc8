import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { loadAllYaml } from '../../base/yaml.ts';
import { sanitise } from '../../base/sanitise.ts';
import { toJson } from '../../base/to-json.ts';
import { toYaml } from '../../base/to-yaml.ts';
import { followUpCommands } from '../../model/follow-up-commands.ts';
import type { Plan } from '../../model/plan.ts';
import type { SessionReport } from '../../session/session.ts';
import { bugStack, describeBug } from './bug.ts';
import { describeFailure } from './failure.ts';
import { usage } from '../cli-error.ts';
import { outcomeJson } from './outcome-json.ts';
import { type PlanFormat, printPlan } from './print-plan.ts';

/** Characters that a terminal interprets or hides, except newlines and tabs, which the formats use. */
const RAW = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

const HOSTILE = {
  'an escape sequence (C0)': '\u001b]52;c;aWQK\u0007',
  'carriage return, backspace': 'a\rb\b',
  DEL: 'a\u007fb',
  'one-byte CSI (C1)': '\u009b2J',
  'next line (C1)': 'a\u0085b',
  'a right-to-left override': 'a\u202eb',
  isolates: '\u2066x\u2069',
  'zero-width characters': 'a\u200bb\u200dc\u2060',
  'a byte order mark': '\ufeffx',
  'line and paragraph separators': 'a\u2028b\u2029',
  'tag characters': 'a\u{e0041}b',
  'half of a surrogate pair': 'a\ud83db',
  'a soft hyphen': 'a\u00adb',
  'lines, one hostile': 'first\nsecond\u202e\n\tthird\n',
} as const;

/** A pod with the text in every text field. */
function podOf(text: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: text,
      namespace: text,
      labels: { [text]: text },
      annotations: { plain: 'a\nb\n', [`${text}/x`]: text },
    },
    spec: {
      containers: [{ name: text, image: text, command: [text, 'sh'], env: [{ name: text, value: text }] }],
      nodeName: text,
    },
    status: { message: text, reason: text },
  };
}

function planOf(pod: Pod): Plan {
  return {
    workflow: 'copy',
    writes: [
      {
        verb: 'create',
        path: `/api/v1/namespaces/${pod.metadata?.namespace ?? ''}/pods`,
        contentType: 'application/json',
        body: pod,
        after: 'now',
      },
    ],
    notices: [],
    cleanup: [],
    pod,
  };
}

function reportOf(text: string): SessionReport {
  return {
    address: { namespace: text, pod: text, container: text },
    outcome: {
      kind: 'never-started',
      reason: text,
      message: text,
      failure: { code: 'Unschedulable', facts: { why: text } },
    },
    target: text,
    begun: 0,
    ended: 0,
  };
}

for (const [name, text] of Object.entries(HOSTILE)) {
  const pod = podOf(text);
  const lone = /\p{Cs}/u.test(text);

  test(`nothing raw in a plan, and no value changed: ${name}`, async () => {
    for (const format of ['json', 'yaml', 'name'] satisfies PlanFormat[]) {
      for (const answers of [[], [pod]]) {
        const printed = await printPlan(planOf(pod), format, answers);
        assert.doesNotMatch(printed, RAW, format);
        if (format === 'name') assert.equal(printed, `pod/${sanitise(text)}\n`);
        if (format === 'json') assert.deepEqual(JSON.parse(printed), pod);
        if (format === 'yaml' && !lone) assert.deepEqual(await loadAllYaml(printed), [pod]);
      }
    }
  });

  test(`nothing raw in an outcome: ${name}`, () => {
    const document = outcomeJson(
      reportOf(text),
      { workflow: 'copy', created: 0 },
      { message: text, remedy: text },
    );
    const printed = toJson(document, 2);
    assert.doesNotMatch(printed, RAW);
    assert.deepEqual(JSON.parse(printed), JSON.parse(JSON.stringify(document)));
  });

  test(`nothing raw in a message or a command: ${name}`, async () => {
    const words = [
      sanitise(await describeFailure(usage(text, text), followUpCommands(['--context', text]))),
      sanitise(describeBug(new TypeError(text))),
      ...bugStack(new TypeError(text, { cause: new Error(text) })).map((line) => sanitise(line)),
      followUpCommands(['--context', text]).attach(
        { namespace: text, pod: text, container: text },
        { stdin: true, tty: true },
      ),
    ];
    for (const shown of words) assert.doesNotMatch(shown, /[\n\t]|\p{Cc}|\p{Cf}|\p{Cs}/u);
  });
}

test('prints harmless text unchanged', () => {
  const plain = { 'a-key': ['über', '日本', '🙂', 'a\nb\n', '\ta'], count: 1 };
  assert.equal(toJson(plain, 2), `${JSON.stringify(plain, null, 2)}\n`);
  assert.equal(toYaml(plain), 'a-key:\n- über\n- 日本\n- 🙂\n- |\n  a\n  b\n- "\\ta"\ncount: 1\n');
});
