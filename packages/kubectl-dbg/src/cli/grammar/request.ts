import { parseDuration } from '../../base/duration.ts';
import { checkContainerName, checkNamespaceName } from '../../plan/names.ts';
import type { TargetKind } from '../../targets/parse-target.ts';
import type { CopyRequest, DebugRequest, PartialContainer } from '../../model/plan.ts';
import { flags, optionKey, type Options } from './flags.ts';
import type { ParsedArguments } from './parse.ts';
import {
  checkCopy,
  checkImages,
  checkNoCopy,
  checkOneCopy,
  checkPolicies,
  checkTargets,
} from './request-checks.ts';
import { capabilities, enterMode, profileName, quantities, runAs } from './request-values.ts';
import { refuseMeaningless, withoutIdleDefaults, workflowsOf } from './request-workflows.ts';
import { usage } from '../cli-error.ts';

/** What the request depends on besides the command line. */
export interface RequestContext {
  /** Kinds of the targets, as `parseTarget` returns them; a selection or a file counts as Pod. */
  kinds: readonly TargetKind[];
  /** Default image of the debug container. */
  defaultImage: string;
  /** Whether stdin and stdout are both terminals and there is one target only. */
  interactive: boolean;
  /** Content of the --custom file, decoded. */
  custom?: PartialContainer;
}

/**
 * Validates the command line and creates the request, with kubectl's order of checks: the first failing one determines
 * the message. Throws DbgError (usage).
 */
export function makeRequest(parsed: ParsedArguments, context: RequestContext): DebugRequest {
  const workflows = workflowsOf(parsed, context.kinds);
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
  if (copying) checkOneCopy(options, context.kinds);
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
    ...resourcesOf(options),
    ...(options.target === undefined ? {} : { target: options.target }),
    mountsFromTarget: options.mountsFromTarget ?? options.mountsRw ?? false,
    mountsReadWrite: options.mountsRw ?? false,
    envFromTarget: options.envFromTarget ?? false,
    asTarget: options.asTarget ?? false,
    ...(options.enter === undefined ? {} : { enter: enterMode(options.enter) }),
    ...(copying ? { copy: copyRequest(options) } : {}),
    ...(options.toNamespace === undefined ? {} : { toNamespace: options.toNamespace }),
    hostShell: options.hostShell ?? false,
    remove: removes(options, streams.attach),
    ...ttlOf(options),
    written: new Set(
      flags.filter(({ name }) => options[optionKey(name)] !== undefined).map(({ name }) => name),
    ),
  };
}

function resourcesOf(options: Options): Pick<DebugRequest, 'resources'> {
  const requests = quantities('requests', options.requests ?? []);
  const limits = quantities('limits', options.limits ?? []);
  if (Object.keys(requests).length + Object.keys(limits).length === 0) return {};
  return { resources: { requests, limits } };
}

/**
 * attach, stdin and tty. The defaults are what a user at a terminal wants; without a terminal the output is forwarded and
 * stdin is read only if requested. -i alone means no terminal, as in kubectl.
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

/** A copy or node pod is deleted with its session, unless it replaces the original or nobody waits for its end. */
function removes(options: Options, attach: boolean): boolean {
  if (options.rm === true && !attach) {
    throw usage('--rm needs a session to wait for, and --attach=false has none', 'Leave one of them out');
  }
  if (options.rm === true && options.replace === true) {
    throw usage('--rm and --replace contradict each other', 'Leave one of them out');
  }
  return options.rm ?? (attach && options.replace !== true);
}

/** Longest deadline that a pod may have: 32 bits. */
const LONGEST_TTL_SECONDS = 2 ** 31 - 1;

/** `--ttl` in whole seconds; a copy that replaces its original has no limit. */
function ttlOf({ ttl, replace }: Options): Pick<DebugRequest, 'ttl'> {
  if (ttl === undefined || ttl === '') return {};
  const seconds = (parseDuration(ttl) ?? NaN) / 1000;
  if (!Number.isInteger(seconds) || seconds > LONGEST_TTL_SECONDS) {
    throw usage(
      `invalid --ttl ${JSON.stringify(ttl)}`,
      'Write a duration of whole seconds, such as 30m, 8h or 0',
    );
  }
  if (replace === true && seconds > 0) {
    throw usage('--ttl and --replace contradict each other', 'Leave one of them out');
  }
  return { ttl: seconds };
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
