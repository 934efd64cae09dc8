import { parseQuantity } from '../../machinery/quantity.ts';

const NANO = 1e9;

/** A quantity as a number, exact enough for limits that go to the kernel. */
export function parseQuantityNumber(text: string): number {
  return Number(parseQuantity(text).nano) / NANO;
}

/** CPU time is shared out in periods of 100 ms, and weighed by 1024 shares for a CPU. */
const CPU_PERIOD_US = 100_000;
const SHARES_PER_CPU = 1024;
const MIN_SHARES = 2;
const MIN_QUOTA_US = 1000;

/** Limits and requests in the kernel's units. */
export function kernelResources(resources: {
  limits?: Record<string, string>;
  requests?: Record<string, string>;
}): { memoryLimit?: number; cpuShares: number; cpuQuota?: number } {
  const memory = resources.limits?.['memory'];
  const cpuLimit = resources.limits?.['cpu'];
  const cpuRequest = resources.requests?.['cpu'] ?? cpuLimit;
  const shares = cpuRequest === undefined ? 0 : parseQuantityNumber(cpuRequest) * SHARES_PER_CPU;
  return {
    ...(memory === undefined ? {} : { memoryLimit: Math.floor(parseQuantityNumber(memory)) }),
    cpuShares: Math.max(MIN_SHARES, Math.floor(shares)),
    ...(cpuLimit === undefined
      ? {}
      : {
          cpuQuota: Math.max(MIN_QUOTA_US, Math.floor(parseQuantityNumber(cpuLimit) * CPU_PERIOD_US)),
        }),
  };
}
