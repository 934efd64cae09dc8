import { after, before } from 'node:test';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import type { SandboxOptions } from '../setup/options.ts';
import { ApiClient } from './api-client.ts';

/** A running sandbox, and a client of it. */
export interface SandboxInUse {
  sandbox: Sandbox;
  client: ApiClient;
}

/**
 * Starts a sandbox before the tests of a file or `describe`, and stops it after them; a simulated one by default. The
 * fields of the result are set when the tests run.
 */
export function useSandbox(options: SandboxOptions = {}): SandboxInUse {
  const inUse = {} as SandboxInUse;
  before(async () => {
    inUse.sandbox = await startSandbox({ runtime: 'simulated', ...options });
    inUse.client = new ApiClient(inUse.sandbox.kubeconfig);
  });
  after(async () => {
    inUse.client.close();
    await inUse.sandbox.stop();
  });
  return inUse;
}
