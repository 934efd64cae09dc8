import type { Container, EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';

export type Workflow = 'ephemeral' | 'copy' | 'node';

/** One API write, exactly as it will be sent. */
export interface Write {
  verb: 'create' | 'patch' | 'delete';
  /** Such as `/api/v1/namespaces/NS/pods/NAME/ephemeralcontainers`. */
  path: string;
  contentType: string;
  body: unknown;
  /** When it may be sent: at once, or once the created pod runs (`--replace`). */
  after: 'now' | 'copy-running';
}

/** Something the user should know before or after the writes. */
export interface Notice {
  level: 'info' | 'warning';
  /** Stable name, for scripts and tests, such as `target-chosen`. */
  code: string;
  /** One line, unsanitised: the shower makes control characters visible. */
  text: string;
  /** Shown even with --quiet. */
  always?: boolean;
}

/** The one address of a debug container: `NAMESPACE/POD/CONTAINER`. */
export interface Address {
  namespace: string;
  pod: string;
  container: string;
}

/** What a session needs to know of the debug container. */
export interface PlannedSession {
  address: Address;
  stdin: boolean;
  tty: boolean;
}

/** What to remove once the session is over. */
export interface Removal {
  path: string;
  /** What is removed, for messages: `pod NS/NAME`. */
  what: string;
}

/** All that a request will do, as data: dry-run prints it, apply sends it, tests compare it. */
export interface Plan {
  workflow: Workflow;
  writes: Write[];
  notices: Notice[];
  /** Absent when there is no debug container (a copy with only its images changed). */
  session?: PlannedSession;
  cleanup: Removal[];
  /** The pod after the writes, as the client expects it (ephemeral: the patched pod). */
  pod: Pod;
  container?: Container | EphemeralContainer;
}
