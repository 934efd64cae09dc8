import { DbgError } from '../../errors.ts';
import { isImageReference } from '../../plan/image-reference.ts';
import { checkContainerName, checkNamespaceName, checkPodName } from '../../plan/names.ts';
import type { TargetKind } from '../../plan/resolve.ts';
import type { CopyRequest, DebugRequest, PartialContainer, Workflow } from '../../plan/types.ts';
import { flags, optionKey, type Options } from './flags.ts';
import type { ParsedArguments } from './parse.ts';
import { capabilities, choice, profileName, runAs } from './request-values.ts';

/** What the request depends on besides the command line. */
export interface RequestContext {
  /** Kinds of the targets, as `resolveTarget` gives them; a selection or a file counts as Pod. */
  kinds: readonly TargetKind[];
  /** Image of the debug container when none is written. */
  defaultImage: string;
  /** Whether stdin and stdout are both terminals and there is one target only. */
  interactive: boolean;
  /** Content of the --custom file, decoded. */
  custom?: PartialContainer;
}

/**
 * Checks the command line and makes the request of it, in kubectl's order of checks: the first failing one decides
 * the message. Throws DbgError (usage).
 */
export function makeRequest(parsed: ParsedArguments, context: RequestContext): DebugRequest {
  const workflows = workflowsOf(parsed, context);
  const options = withoutIdleDefaults(parsed, workflows);
  const { words } = parsed;
  const profile = profileName(options.profile ?? 'general');
  const copying = options.copyTo !== undefined && options.copyTo !== '';
  const image = options.image ?? (copying ? undefined : context.defaultImage);

  if (options.attach === true && !image && !options.container) {
    throw usage(
      'you must specify --container or create a new container using --image in order to attach.',
      'Add --image, or name the container to change with --container',
    );
  }
  if (copying) checkCopy(options, words);
  else checkNoCopy(options, image);
  checkImages(options, image);
  checkTargets({ ...parsed, options });
  if (copying) checkOneCopy(options, context);
  checkPolicies(options);
  if (options.target !== undefined && options.target !== '' && copying) {
    throw usage('--target is incompatible with --copy-to. Use --share-processes instead.');
  }
  const streams = chooseStreams(options, context.interactive);
  refuseMeaningless(options, workflows);
  if (options.container !== undefined && options.container !== '') checkContainerName(options.container);
  if (options.toNamespace !== undefined) checkNamespaceName(options.toNamespace);

  const adjust: DebugRequest['adjust'] = {
    capAdd: capabilities(options.capAdd ?? []),
    capDrop: capabilities(options.capDrop ?? []),
    ...(options.privileged === undefined ? {} : { privileged: options.privileged }),
    ...(options.runAs === undefined ? {} : { runAs: runAs(options.runAs) }),
  };
  return {
    ...(options.container ? { container: options.container } : {}),
    ...(image ? { image } : {}),
    ...(options.imagePullPolicy ? { imagePullPolicy: options.imagePullPolicy } : {}),
    env: (options.env ?? []).map(({ name, value }) => ({ name, value })),
    words,
    argumentsOnly: options.argumentsOnly ?? false,
    ...streams,
    profile,
    ...(context.custom === undefined ? {} : { custom: context.custom }),
    adjust,
    ...(options.target === undefined ? {} : { target: options.target }),
    mountsFromTarget: options.mountsFromTarget ?? options.mountsRw ?? false,
    mountsReadWrite: options.mountsRw ?? false,
    envFromTarget: options.envFromTarget ?? false,
    asTarget: options.asTarget ?? false,
    ...(copying ? { copy: copyRequest(options) } : {}),
    ...(options.toNamespace === undefined ? {} : { toNamespace: options.toNamespace }),
    hostShell: options.hostShell ?? false,
    remove: removes(options, streams.attach),
    written: new Set(
      flags.filter(({ name }) => options[optionKey(name)] !== undefined).map(({ name }) => name),
    ),
  };
}

/** The workflows that the targets lead to. */
function workflowsOf({ options }: ParsedArguments, { kinds }: RequestContext): Set<Workflow> {
  const forPods: Workflow = options.copyTo ? 'copy' : 'ephemeral';
  return new Set(kinds.map((kind) => (kind === 'Node' ? 'node' : forPods)));
}

/** The options without those defaults of the user's that mean nothing for the targets at hand. */
function withoutIdleDefaults(
  { options, defaulted }: ParsedArguments,
  workflows: ReadonlySet<Workflow>,
): Options {
  const idle = flags.filter(
    ({ name, workflows: meant }) =>
      defaulted.has(name) &&
      meant !== undefined &&
      [...workflows].some((workflow) => !meant.includes(workflow)),
  );
  const left = { ...options };
  for (const { name } of idle) delete left[optionKey(name)];
  return left;
}

/** A copy's name can be given once only. */
function checkOneCopy(options: Options, { kinds }: RequestContext): void {
  if (kinds.length < 2 && options.selector === undefined) return;
  throw usage('--copy-to names one copy, but there may be several targets', 'Copy one pod at a time');
}

function checkCopy(options: Options, words: readonly string[]): void {
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

function checkNoCopy(options: Options, image: string | undefined): void {
  if (options.replace === true) throw usage('--replace may only be used with --copy-to.');
  if (options.sameNode === true) throw usage('--same-node may only be used with --copy-to.');
  if (options.setImage !== undefined) throw usage('--set-image may only be used with --copy-to.');
  if (!image)
    throw usage('you must specify --image when not using --copy-to.', 'Leave --image= out for the default');
}

function checkImages(options: Options, image: string | undefined): void {
  if (image && !isImageReference(image)) {
    throw usage(`invalid image name ${JSON.stringify(image)}: invalid reference format`, IMAGE_FORM);
  }
}

const IMAGE_FORM = 'Write an image as [HOST/]NAME[:TAG][@DIGEST], in lower case';

function checkTargets({ options, targets }: ParsedArguments): void {
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

function checkPolicies(options: Options): void {
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

/**
 * attach, stdin and tty. They default to what a person at a terminal wants; off a terminal the output is passed on
 * and stdin is read only when asked for. A written -i alone means no terminal, as in kubectl.
 */
function chooseStreams(
  options: Options,
  interactive: boolean,
): Pick<DebugRequest, 'attach' | 'stdin' | 'tty'> {
  const attach = options.attach ?? true;
  const byDefault = attach && interactive;
  const stdin = options.stdin ?? byDefault;
  const tty = options.tty ?? (options.stdin === undefined && byDefault);
  if (tty && !stdin) throw usage('-i/--stdin is required for containers with -t/--tty=true', 'Write -it');
  return { attach, stdin, tty };
}

/** Refuses flags that would change nothing: better than a surprise. An empty value, or `=false` of a switch, is no request. */
function refuseMeaningless(options: Options, workflows: ReadonlySet<Workflow>): void {
  for (const flag of flags) {
    const value = options[optionKey(flag.name)];
    if (flag.workflows === undefined || value === undefined) continue;
    if (value === '' || (value === false && flag.fallback === undefined)) continue;
    for (const workflow of workflows) {
      if (!flag.workflows.includes(workflow)) throw meaningless(flag.name, flag.workflows, workflow);
    }
  }
}

function meaningless(name: string, meant: readonly Workflow[], workflow: Workflow): DbgError {
  if (workflow === 'node') return usage(`--${name} means nothing for a node`, `Leave --${name} out`);
  if (meant.length === 1 && meant[0] === 'copy') return usage(`--${name} may only be used with --copy-to.`);
  if (meant.length === 1 && meant[0] === 'node') return usage(`--${name} may only be used with a node`);
  return usage(
    `--${name} means nothing ${workflow === 'copy' ? 'with' : 'without'} --copy-to`,
    `Leave --${name} out`,
  );
}

/** A copy or node pod goes with its session, unless it stands for the original or nobody waits for its end. */
function removes(options: Options, attach: boolean): boolean {
  if (options.rm === true && !attach) {
    throw usage('--rm needs a session to wait for, and --attach=false has none', 'Leave one of them out');
  }
  if (options.rm === true && options.replace === true) {
    throw usage('--rm and --replace contradict each other', 'Leave one of them out');
  }
  return options.rm ?? (attach && options.replace !== true);
}

function copyRequest(options: Options): CopyRequest {
  if (options.sameNode === true && options.node !== undefined) {
    throw usage('--same-node and --node contradict each other');
  }
  return {
    name: options.copyTo ?? '',
    setImages: options.setImage ?? [],
    ...(options.shareProcesses === undefined ? {} : { shareProcesses: options.shareProcesses }),
    sameNode: options.sameNode ?? false,
    ...(options.node === undefined ? {} : { node: options.node }),
    replace: options.replace ?? false,
    ...(options.restart === undefined
      ? {}
      : { restart: options.restart as 'Always' | 'OnFailure' | 'Never' }),
    keep: {
      labels: options.keepLabels ?? false,
      labelKeys: options.keepLabel ?? [],
      annotations: options.keepAnnotations ?? false,
      liveness: options.keepLiveness ?? false,
      readiness: options.keepReadiness ?? false,
      startup: options.keepStartup ?? false,
      initContainers: options.keepInitContainers ?? true,
      hostPorts: options.keepHostPorts ?? false,
    },
  };
}

function usage(message: string, remedy?: string): DbgError {
  return new DbgError('usage', message, remedy === undefined ? {} : { remedy });
}
