import type { Awaited, MadeObject, OperationEvent } from '../../model/event.ts';
import { NOTICE_HINTS } from '../messages/notices.ts';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';

/** The text of an event, one string per line, unsanitised. */
export function eventWords(event: OperationEvent, commands: FollowUpCommands): string[] {
  switch (event.kind) {
    case 'target':
      return [`pod ${event.namespace}/${event.pod}${event.creates ? ' (to be created)' : ''}:`];
    case 'notice':
      return [withHint(event)];
    case 'warning':
      return [`Warning: ${withHint(event)}`];
    case 'created': {
      const { address, stdin, tty } = event;
      return [`Attach to container ${address.container} with: ${commands.attach(address, { stdin, tty })}`];
    }
    case 'output-begins':
      return event.raw ? TERMINAL_HINTS : [];
    case 'detached': {
      const { address, stdin, tty } = event;
      const attach = commands.attach(address, { stdin, tty });
      return [`Detached: container ${address.container} is still running. Attach again with: ${attach}`];
    }
    case 'waiting':
      return [waitingWords(event, event.milliseconds)];
    case 'unanswered-write':
      return [`Interrupted: ${nameOf(event.object)} may have been ${madeBy(event.object)}; checking.`];
    case 'left-behind':
      return [leftBehind(event, commands)];
    case 'replacing':
      return [
        `The original will be deleted once the copy is ready or has run for ${event.stableAfter / 1000} s.`,
      ];
    case 'not-replaced':
      return [`Warning: the original was not deleted: its copy, pod ${event.pod}, is not stable`];
    case 'replacement-interrupted':
      return [replacementWords(event, commands)];
    case 'progress':
    case 'ended':
      return [];
  }
}

/** The text of the notice, and the flag that helps. */
function withHint({ code, text }: Extract<OperationEvent, { kind: 'notice' | 'warning' }>): string {
  const hint = NOTICE_HINTS[code];
  return hint === undefined ? text : `${text}${text.endsWith('.') ? '' : '.'} ${hint}`;
}

/** Says which server does not respond, and since when. */
export function waitingWords({ for: what, server, plugin }: Awaited, milliseconds: number): string {
  const who =
    plugin === undefined
      ? `the server ${server}${what === 'write' ? ' to answer the write' : ''}`
      : `the credential plugin ${plugin}`;
  return `Waiting for ${who} (${milliseconds / 1000} s so far)`;
}

const TERMINAL_HINTS = [
  'Everything typed and shown here stays in the container log, including secrets.',
  "If you don't see a command prompt, try pressing enter.",
];

function leftBehind(
  { object, sure, why }: Extract<OperationEvent, { kind: 'left-behind' }>,
  commands: FollowUpCommands,
): string {
  const because = why === undefined ? '' : ` (${why})`;
  if (object.kind === 'container') {
    const state = sure ? 'remains' : 'may have been added';
    return `Warning: ${nameOf(object)} ${state}${because}. Look at it with: ${commands.describePod(object)}`;
  }
  if (object.pod.endsWith('*')) {
    return `Warning: ${nameOf(object)} may be left behind${because}. Look for it with: ${commands.showLabels(object.namespace)}`;
  }
  const state = sure ? 'is' : 'may be';
  return `Warning: ${nameOf(object)} ${state} left behind${because}. Remove it with: ${commands.deletePod(object)}`;
}

function replacementWords(
  { original, copy, is }: Extract<OperationEvent, { kind: 'replacement-interrupted' }>,
  commands: FollowUpCommands,
): string {
  const old = `the original, pod ${original.namespace}/${original.pod},`;
  const made = `its copy, pod ${copy.namespace}/${copy.pod},`;
  switch (is) {
    case 'deleted':
      return `Warning: ${old} was deleted; ${made} runs`;
    case 'not deleted':
      return `Warning: ${old} was not deleted, and ${made} exists as well. Remove the copy with: ${commands.deletePod(copy)}`;
    case 'unknown':
      return `Warning: nobody knows whether ${old} was deleted; ${made} runs. Check with: ${commands.getPod(original)}`;
  }
}

function nameOf({ kind, namespace, pod, container }: MadeObject): string {
  const where = `pod ${namespace}/${pod}`;
  return kind === 'pod' ? where : `debug container ${container ?? ''} of ${where}`;
}

function madeBy({ kind }: MadeObject): string {
  return kind === 'pod' ? 'created' : 'added';
}
