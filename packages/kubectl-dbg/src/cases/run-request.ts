import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { parse, type ParsedArguments } from '../cli/grammar/index.ts';
import { makeRequest } from '../cli/grammar/request.ts';
import { DbgError } from '../model/failure.ts';
import { told } from '../testing/told.ts';
import { planCopy } from '../plan/copy.ts';
import { readCustomFile } from '../plan/custom-file.ts';
import { planEphemeral } from '../plan/ephemeral.ts';
import { planNode } from '../plan/node.ts';
import { parseTarget } from '../targets/parse-target.ts';
import type { DebugRequest, Plan } from '../model/plan.ts';
import type { Case } from './cases.ts';
import { withoutType, type CaseOutcome } from './differences.ts';

export const DEFAULT_IMAGE = 'default-image';

/** Random numbers that result in the suffixes bbbbb, ccccc, ddddd, ... */
export function countingDraw(): () => number {
  let drawn = 0;
  return () => Math.floor(drawn++ / 5);
}

/** The command line for a case's flags: a list becomes one flag per entry. */
export function argvOf(flags: Record<string, unknown>, target: string, args: readonly string[]): string[] {
  const words = Object.entries(flags).flatMap(([name, value]) => {
    if (name === 'custom') return [];
    if (name === 'env') {
      return (value as { name: string; value: string }[]).map((pair) => `--env=${pair.name}=${pair.value}`);
    }
    if (name === 'set-image') {
      return Object.entries(value as Record<string, string>).map(
        ([key, image]) => `--set-image=${key}=${image}`,
      );
    }
    return [`--${name}=${String(value)}`];
  });
  return [target, ...words, '--', ...args];
}

/** Parses and checks a command line like the program without a terminal. */
export function requestOf(parsed: ParsedArguments, custom?: DebugRequest['custom']): DebugRequest {
  return makeRequest(parsed, {
    kinds: parsed.targets.map((word) => parseTarget(word).kind),
    defaultImage: DEFAULT_IMAGE,
    interactive: false,
    ...(custom === undefined ? {} : { custom }),
  });
}

/** Runs a build case, from the flags to the plan. */
export async function planCase(given: Case): Promise<Plan> {
  const flags = given['flags'] as Record<string, unknown>;
  const args = (given['args'] as string[] | undefined) ?? [];
  const node = given['inputNode'] as Node | undefined;
  const pod = given['inputPod'] as Pod | undefined;
  const target = node === undefined ? (pod?.metadata?.name ?? 'mypod') : `node/${node.metadata?.name ?? ''}`;
  const custom =
    flags['custom'] === undefined
      ? undefined
      : await readCustomFile(JSON.stringify(flags['custom']), 'custom.json');
  const request = requestOf(parse(argvOf(flags, target, args)), custom?.custom);
  const draw = countingDraw();
  if (node !== undefined) return planNode(request, node, 'default', draw);
  if (request.copy !== undefined) return planCopy(request, pod ?? {}, draw);
  return planEphemeral(request, pod ?? {}, draw);
}

/** Returns a refusal as data; rethrows anything but a DbgError, which would be a bug. */
export async function refusalOr(run: () => CaseOutcome | Promise<CaseOutcome>): Promise<CaseOutcome> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DbgError) return { error: told(error).message };
    throw error;
  }
}

/** A planned pod in the form of the cases: a node pod's namespace is only in the path of the request. */
export function podOf(plan: Plan): Pod {
  const pod = withoutType(plan.pod);
  if (plan.workflow !== 'node') return pod;
  const { namespace: _namespace, ...metadata } = pod.metadata ?? {};
  return { ...pod, metadata };
}
