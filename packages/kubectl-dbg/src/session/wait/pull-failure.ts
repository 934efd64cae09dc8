import { classifyPull, type PullClass } from '../../doctor/classify/pull.ts';
import type { Failure } from '../../model/failure.ts';
import type { Diagnosis } from './diagnosis.ts';

/** Codes for an image that can't be pulled. */
type PullCode =
  | 'ImageNotFound'
  | 'ImagePlatformMismatch'
  | 'ImagePullForbidden'
  | 'ImagePullFailed'
  | 'ImageSignatureRejected'
  | 'RegistryHostNotFound'
  | 'RegistryRateLimited'
  | 'RegistryNotTrusted'
  | 'NodeDiskFull';

/**
 * The meaning of each kind of failure for a wait. `final`: the wait stops at the first failure, because a retry is
 * useless; otherwise when the kubelet backs off.
 */
const MEANING: Readonly<Record<PullClass, { code: PullCode; final: boolean }>> = {
  P1: { code: 'ImageNotFound', final: true },
  P2: { code: 'ImagePullForbidden', final: true },
  P3: { code: 'RegistryRateLimited', final: false },
  P4: { code: 'ImagePullFailed', final: false },
  P5: { code: 'RegistryNotTrusted', final: false },
  P6: { code: 'ImagePlatformMismatch', final: true },
  P11: { code: 'NodeDiskFull', final: false },
  P12: { code: 'ImageSignatureRejected', final: false },
  P13: { code: 'ImagePullFailed', final: false },
  N7: { code: 'RegistryNotTrusted', final: false },
};

/** A name that no DNS server knows: the only kind of network problem that does not pass. */
const NO_SUCH_HOST = /no such host|name resolution|server misbehaving/i;

/**
 * Why an image can't be pulled; undefined while that may still pass. The doctor classifies the failure.
 *
 * @param image the requested image; undefined if unknown
 * @param repeated the kubelet has backed off (ImagePullBackOff)
 */
export function pullFailure(
  reason: string,
  message: string,
  image: string | undefined,
  repeated: boolean,
): Diagnosis | undefined {
  const kind = classifyPull(message);
  const { code, final } =
    kind === 'P4' && NO_SUCH_HOST.test(message)
      ? { code: 'RegistryHostNotFound' as const, final: true }
      : kind === undefined
        ? { code: 'ImagePullFailed' as const, final: false }
        : MEANING[kind];
  // Everything else may pass, for example a registry that is slow or down.
  if (!final && !repeated) return undefined;
  return { reason, message: shorten(message), failure: { code, facts: imageFacts(image) } as Failure };
}

/** Facts of a failure about an image. */
export function imageFacts(image: string | undefined): { image?: string } {
  return image === undefined ? {} : { image };
}

/** Runtimes nest their messages with colons; the last part is the cause. Long ones are truncated. */
export function shorten(message: string): string {
  const MAX = 200;
  const text = message.trim();
  return text.length <= MAX ? text : `…${text.slice(-MAX)}`;
}
