import { isImageReference } from '../../plan/image-reference.ts';
import { checkPodName } from '../../plan/names.ts';
import type { TargetKind } from '../../targets/parse-target.ts';
import type { Options } from './flags.ts';
import type { ParsedArguments } from './parse.ts';
import { choice } from './request-values.ts';
import { usage } from '../cli-error.ts';

/** A copy's name can be given only once. */
export function checkOneCopy(options: Options, kinds: readonly TargetKind[]): void {
  if (kinds.length < 2 && options.selector === undefined) return;
  throw usage('--copy-to names one copy, but there may be several targets', 'Copy one pod at a time');
}

/** What a copy needs: a change, a container for a command, a valid name. */
export function checkCopy(options: Options, words: readonly string[]): void {
  if (!options.image && (options.setImage ?? []).length === 0 && words.length === 0) {
    throw usage(
      'you must specify --image, --set-image or command arguments.',
      'Say what should differ in the copy',
    );
  }
  if (words.length > 0 && !options.container && !options.image) {
    throw usage(
      'you must specify an existing container or a new image when specifying args.',
      'Add --container or --image',
    );
  }
  checkPodName(options.copyTo ?? '');
}

/** Flags that need a copy, and the image that everything else needs. */
export function checkNoCopy(options: Options, image: string | undefined): void {
  if (options.replace === true) throw usage('--replace may only be used with --copy-to.');
  if (options.sameNode === true) throw usage('--same-node may only be used with --copy-to.');
  if (options.setImage !== undefined) throw usage('--set-image may only be used with --copy-to.');
  if (!image)
    throw usage('you must specify --image when not using --copy-to.', 'Leave --image= out for the default');
}

/** The format of the image. */
export function checkImages(options: Options, image: string | undefined): void {
  if (image && !isImageReference(image)) {
    throw usage(`invalid image name ${JSON.stringify(image)}: invalid reference format`, IMAGE_FORM);
  }
}

const IMAGE_FORM = 'Write an image as [HOST/]NAME[:TAG][@DIGEST], in lower case';

/** Targets may be named in only one way. */
export function checkTargets({ options, targets }: ParsedArguments): void {
  const selects = options.selector !== undefined;
  if (targets.length === 0 && options.filename === undefined && !selects) {
    throw usage('NAME or filename is required for debug', "Name a pod, such as 'kubectl dbg web'");
  }
  if (targets.length > 0 && options.filename !== undefined) {
    throw usage('resource/name arguments cannot be provided when a path is specified');
  }
  if (selects && (targets.length > 0 || options.filename !== undefined)) {
    throw usage(
      '--selector chooses the pods by itself, so no other target may be named',
      'Write the command after --',
    );
  }
  if (options.allNamespaces === true && !selects) {
    throw usage('--all-namespaces needs --selector', 'Name the namespace of a pod with -n');
  }
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

/** Values of closed sets. */
export function checkPolicies(options: Options): void {
  const { imagePullPolicy } = options;
  if (imagePullPolicy && !PULL_POLICIES.includes(imagePullPolicy)) {
    throw usage(`invalid image pull policy: ${imagePullPolicy}`, `Use one of ${PULL_POLICIES.join(', ')}`);
  }
  for (const { name, value } of options.setImage ?? []) {
    if (isImageReference(value)) continue;
    throw usage(
      `invalid image name ${JSON.stringify(value)} for container ${JSON.stringify(name)}: invalid reference format`,
      IMAGE_FORM,
    );
  }
  choice('dry-run', options.dryRun, ['none', 'client', 'server']);
  choice('output', options.output, ['json', 'yaml', 'name']);
  choice('via', options.via, ['attach', 'exec']);
  choice('restart', options.restart, ['Always', 'OnFailure', 'Never']);
  const dry = options.dryRun !== undefined && options.dryRun !== 'none';
  if (options.output !== undefined && options.output !== 'json' && !dry) {
    throw usage(
      `-o ${options.output} needs --dry-run`,
      'Add --dry-run=client, or use -o json for the outcome',
    );
  }
}
