import type { DebugRequest, Notice, PartialContainer } from '../model/plan.ts';
import type { World } from '../model/world.ts';
import type { Sleeper } from '../plan/index.ts';
import type { ExecWords } from '../session/session-options.ts';
import { type ManifestObject, parseTarget, type TargetWord } from '../targets/index.ts';
import { detachKeysOf } from './detach-keys.ts';
import type { Options, ParsedArguments } from './grammar/index.ts';
import { makeRequest } from './grammar/request.ts';
import { reasonOf } from './reason.ts';
import { terminalHint } from './terminal-hint.ts';
import { readTimeout } from './duration.ts';
import { usage } from './cli-error.ts';

/** The default image: small, available everywhere, and with the usual tools. */
const DEFAULT_IMAGE = 'busybox';

/** The request of a command line, with its files read. */
export interface AskedDebug {
  words: readonly TargetWord[];
  manifests: readonly ManifestObject[];
  notices: readonly Notice[];
  request: DebugRequest;
  /** The reason, in the user's words. */
  why?: string;
  /** For the start, in ms. */
  timeout: number;
  detachKeys: Uint8Array;
  /** `--via=exec`: the sleeper of the container, and the command that runs in it. */
  exec?: { sleeper: Sleeper; words: ExecWords };
}

/** Creates the request of a command line. No cluster is contacted. Throws DbgError (usage). */
export async function readRequest(parsed: ParsedArguments, world: World): Promise<AskedDebug> {
  const { options, targets } = parsed;
  const words = targets.map((word) => parseTarget(word));
  const timeout = readTimeout(options.timeout);
  const detachKeys = detachKeysOf(options);
  const why = reasonOf(options, world);
  const { manifests, custom, notices } = await readFiles(options, world);
  const kinds = manifests.length > 0 ? manifests.map(({ kind }) => kind) : words.map(({ kind }) => kind);
  const terminal = world.stdin.isTTY === true && world.stdout.isTTY === true;
  const lost = losesTerminal(options, world);
  const request = makeRequest(lost ? { ...parsed, options: { ...options, tty: false } } : parsed, {
    kinds: kinds.length > 0 ? kinds : ['Pod'],
    defaultImage: world.env.KUBECTL_DBG_IMAGE || DEFAULT_IMAGE,
    // With a command, each of several targets runs it for its output; without one, a shell is opened in each in turn.
    interactive:
      terminal && options.output === undefined && (kinds.length === 1 || parsed.words.length === 0),
    ...(custom === undefined ? {} : { custom }),
  });
  const asked = {
    words,
    manifests,
    notices: [...(lost ? [NO_TERMINAL] : []), ...terminalNotices(options, request, world), ...notices],
    request,
    timeout,
    ...(why === undefined ? {} : { why }),
  };
  if (options.via !== 'exec') return { ...asked, detachKeys };
  // Nobody could attach to an exec again, so it can't be detached.
  return { ...asked, detachKeys: new Uint8Array(), exec: await viaExec(request, world) };
}

const NO_TERMINAL: Notice = {
  level: 'info',
  code: 'no-terminal',
  text: 'Unable to use a TTY - input is not a terminal or the right kind of file',
};

function terminalNotices(options: Options, request: DebugRequest, world: World): Notice[] {
  const dry = options.dryRun !== undefined && options.dryRun !== 'none';
  const text = dry ? undefined : terminalHint(request, world);
  return text === undefined ? [] : [{ level: 'info', code: 'terminal-hint', text }];
}

/** The files on the command line. */
async function readFiles(
  { filename = [], custom }: Options,
  world: World,
): Promise<{ manifests: ManifestObject[]; custom?: PartialContainer; notices: readonly Notice[] }> {
  if (filename.length === 0 && !custom) return { manifests: [], notices: [] };
  const { readCustom, readManifests } = await import('./inputs.ts');
  return { manifests: await readManifests(filename, world), ...(await readCustom(custom, world)) };
}

/** `--via exec`: the container sleeps, and the command runs in it by exec, whose streams exist from its start. */
async function viaExec(request: DebugRequest, world: World): Promise<NonNullable<AskedDebug['exec']>> {
  const words = request.words.length > 0 ? request.words : request.tty ? ['sh'] : [];
  if (words.length === 0 || request.argumentsOnly || !request.attach) {
    throw usage(
      '--via=exec needs a command to run and a session to wait for',
      'Write the command after --, without --arguments-only and --attach=false',
    );
  }
  const { makeSleeper, whyNotRun } = await import('../plan/sleeper.ts');
  const sleeper = makeSleeper((below) => world.randomInt(below));
  const [name = ''] = words;
  const program = { name, whyNotRun: whyNotRun(name) };
  return { sleeper, words: { words: sleeper.around(words), end: sleeper.end, program } };
}

/**
 * `-t` if stdin is not a terminal: a container with a terminal could never see the end of the input, so it is created
 * without one. With --attach=false the terminal is for somebody who attaches later.
 */
function losesTerminal(options: Options, world: World): boolean {
  const dry = options.dryRun !== undefined && options.dryRun !== 'none';
  return options.tty === true && world.stdin.isTTY !== true && options.attach !== false && !dry;
}
