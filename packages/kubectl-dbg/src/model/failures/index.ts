import type { KubeconfigFailures } from './kubeconfig.ts';
import type { ApiFailures } from './api.ts';
import type { CommandLineFailures } from './command-line.ts';
import type { FilesFailures } from './files.ts';
import type { OperationFailures } from './operations.ts';
import type { PlanFailures } from './plan.ts';
import type { SessionFailures } from './session.ts';
import type { TargetFailures } from './targets.ts';
import type { TransportFailures } from './transport.ts';

/** All failure codes, with exit code and facts. */
export interface Failures
  extends
    ApiFailures,
    CommandLineFailures,
    FilesFailures,
    KubeconfigFailures,
    OperationFailures,
    PlanFailures,
    SessionFailures,
    TargetFailures,
    TransportFailures {}

/** The name of a failure, the same in every version: CamelCase, like reasons in Kubernetes. */
export type FailureCode = keyof Failures;

/** The name of the exit code for a failure code. */
export type KindOf<C extends FailureCode> = Failures[C]['kind'];

/** Facts of a failure, in addition to its message. */
export type FactsOf<C extends FailureCode> = Failures[C]['facts'];
