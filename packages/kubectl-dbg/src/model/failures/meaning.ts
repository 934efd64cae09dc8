import type { FailureKind } from '../exit-code.ts';

/** The meaning of a code: the name of the exit code, and the facts. Only types: nothing is loaded at run time. */
export interface Meaning<Kind extends FailureKind, Facts> {
  kind: Kind;
  facts: Facts;
}

/** Facts of a code that needs none. */
export type NoFacts = Record<string, never>;

export type Usage<Facts = NoFacts> = Meaning<'usage', Facts>;
export type NotFound<Facts = NoFacts> = Meaning<'notFound', Facts>;
export type Unreachable<Facts = NoFacts> = Meaning<'unreachable', Facts>;
export type NeverStarted<Facts = NoFacts> = Meaning<'neverStarted', Facts>;
export type Lost<Facts = NoFacts> = Meaning<'lost', Facts>;
export type Deadline<Facts = NoFacts> = Meaning<'deadline', Facts>;
export type Protocol<Facts = NoFacts> = Meaning<'protocol', Facts>;
export type Refused<Facts = NoFacts> = Meaning<'refused', Facts>;
export type Configuration<Facts = NoFacts> = Meaning<'configuration', Facts>;
