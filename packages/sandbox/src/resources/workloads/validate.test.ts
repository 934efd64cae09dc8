import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesFor } from '../registry.ts';

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
const selector = { matchLabels: { a: 'b' } };

const cases: [kind: string, resource: string, spec: object, error: string][] = [
  [
    'Deployment',
    'deployments.apps',
    { selector, template, strategy: { type: 'Nosuch' } },
    'spec.strategy: Unsupported value: {"Type":"Nosuch","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ],
  [
    'DaemonSet',
    'daemonsets.apps',
    { selector, template, updateStrategy: { type: 'Nosuch' } },
    'spec.updateStrategy: Unsupported value: {"Type":"Nosuch","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
  ],
  [
    'StatefulSet',
    'statefulsets.apps',
    { selector, template, updateStrategy: { type: 'Nosuch' } },
    'spec.updateStrategy: Invalid value: {"Type":"Nosuch","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\'',
  ],
  [
    'CronJob',
    'cronjobs.batch',
    {
      schedule: '* * * * *',
      timeZone: 'no',
      jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
    },
    'spec.timeZone: Invalid value: "no": unknown time zone no',
  ],
];
for (const [kind, resource, spec, error] of cases) {
  test(`a ${kind} with an unsupported value`, () => {
    const rules = rulesFor(resource);
    assert.ok(rules !== undefined);
    const object = { apiVersion: `${rules.group}/v1`, kind, metadata: { name: 'x', namespace: 'a' }, spec };
    rules.default(object);
    const errors = rules.validate(object).map(({ field, message }) => `${field}: ${message}`);
    assert.deepEqual(errors, [error]);
  });
}
