import type { TargetFailures } from '../../model/failures/targets.ts';
import type { Sayings } from './words.ts';

export const sayings: Sayings<TargetFailures> = {
  TargetMalformed: ({ word, problem }) =>
    ({
      slashes: `Write ${JSON.stringify(word)} as TYPE/NAME`,
      parts: `Write ${JSON.stringify(word)} as TYPE/NAME, one word for each target`,
      name: 'Name a pod, TYPE/NAME, or node/NAME',
    })[problem],
  TypeNotDebuggable: ({ known }) => `Name a pod, a node, or one of ${known.join(', ')}`,
  NoPodSelected: ({ namespace }, commands) => `Check the labels with: ${commands.showLabels(namespace)}`,
  WorkloadSelectsNoPods: 'Name a pod',
  CronJobWithoutJob: (cronJob, commands) => `Start one with: ${commands.createJob(cronJob)}`,
  WorkloadWithoutRunningPod: 'Debug a copy of one of its pods with --copy-to, or check its events',
  ManifestUnreadable: 'Write it as JSON or YAML',
  ManifestEmpty: 'Add a pod to it, or name a pod',
  ManifestNotAnObject: 'Each document needs apiVersion, kind and metadata',
  ManifestKindNotDebuggable: ({ source }) =>
    `Leave it out of ${source}: only pods, nodes and workloads can be debugged`,
  ManifestNameless: 'Give it metadata.name',
  ManifestNotFound: 'Name a file, directory, URL or -',
  NamespaceMismatch: ({ own }) => `Use --namespace=${own}, or leave it out`,
};
