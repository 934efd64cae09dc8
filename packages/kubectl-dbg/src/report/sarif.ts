import { sanitise } from '../base/sanitise.ts';
import { type Report, type TargetResult, targetName } from '../model/report.ts';

/** GitHub's limit of results in one run. */
const MAX_RESULTS = 25_000;

/** Maximum of characters of an output in a result's message. */
const MAX_MESSAGE = 1_000;

/**
 * SARIF 2.1.0: each result class other than passed is a rule. The location of a result is its workload, whose name
 * outlives the pods, so a finding stays the same after a rollout.
 */
export function toSarif(report: Report, version: string): string {
  const bad = report.results.filter(({ class: name }) => name !== 'passed' && name !== 'skipped');
  const rules = new Map(bad.map((result) => [ruleOf(result), result.class]));
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kubectl-dbg',
            semanticVersion: version,
            rules: [...rules].map(([id, name]) => ({
              id,
              shortDescription: { text: `A target's result is ${name}` },
            })),
          },
        },
        invocations: [
          {
            commandLine: sanitise(report.command.join(' ')),
            startTimeUtc: report.started,
            endTimeUtc: report.finished,
            executionSuccessful: report.stopped === undefined,
          },
        ],
        results: bad.slice(0, MAX_RESULTS).map((result) => {
          const owner = result.owner ?? `Pod/${result.pod}`;
          return {
            ruleId: ruleOf(result),
            level: result.class === 'failed' || result.class === 'timed-out' ? 'error' : 'warning',
            message: { text: messageOf(result) },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: {
                    uri: ['k8s', result.namespace, ...owner.split('/')].map(encodeURIComponent).join('/'),
                  },
                },
              },
            ],
            partialFingerprints: {
              'workload/v1': [result.namespace, owner, result.container, ruleOf(result)].join('/'),
            },
          };
        }),
      },
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function ruleOf(result: TargetResult): string {
  if (result.class !== 'failed') return result.class;
  return result.signal === undefined ? `exit-code-${result.exitCode}` : `signal-${result.signal}`;
}

function messageOf(result: TargetResult): string {
  const why = [result.reason, result.message].filter((part) => part !== undefined).join(': ');
  const output = sanitise((result.output ?? '').slice(0, MAX_MESSAGE));
  return [`${targetName(result)}: ${result.class}`, sanitise(why), output]
    .filter((part) => part !== '')
    .join('\n');
}
