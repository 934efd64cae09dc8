import { parseQuantity } from '../../machinery/quantity.ts';

const NANO = 1e9;

/** A quantity as a number, exact enough for the kernel's limits. */
export function parseQuantityNumber(text: string): number {
  return Number(parseQuantity(text).nano) / NANO;
}

/** CFS period of CPU limits. A request of one CPU is 1024 shares. */
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
