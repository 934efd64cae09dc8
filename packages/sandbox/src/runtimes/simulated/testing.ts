import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ContainerConfig, PodSandbox, PodSandboxConfig, RuntimeContainer } from '../../cri/runtime.ts';
import { VirtualClock } from './clock.ts';
import { SimulatedRuntime, type SimulatedRuntimeOptions } from './simulated-runtime.ts';

/** 2026-01-02T03:04:05Z */
const START_MS = 1_767_323_045_000;

/** A simulated runtime with a virtual clock, and a pod for containers. */
export class TestNode {
  readonly clock = new VirtualClock(START_MS);
  readonly runtime: SimulatedRuntime;
  readonly #directory = mkdtempSync(join(tmpdir(), 'kube-sandbox-simulated-'));
  readonly #sandboxes = new Map<string, PodSandbox>();
  #logs = 0;

  constructor(options: SimulatedRuntimeOptions = {}) {
    this.runtime = new SimulatedRuntime({ clock: this.clock, ...options });
  }

  async pod(name: string, config: Partial<PodSandboxConfig> = {}): Promise<PodSandbox> {
    const known = this.#sandboxes.get(name);
    if (known !== undefined) return known;
    const sandbox = await this.runtime.runPodSandbox({
      uid: `uid-of-${name}`,
      namespace: 'default',
      name,
      hostname: name,
      host: { network: false, pid: false, ipc: false },
      shareProcessNamespace: false,
      sysctls: {},
      resolvConf: '',
      annotations: {},
      ...config,
    });
    this.#sandboxes.set(name, sandbox);
    return sandbox;
  }

  /** Creates a container in the pod `web`. */
  async create(config: Partial<ContainerConfig> = {}, image = 'busybox:1.38'): Promise<RuntimeContainer> {
    const pod = await this.pod('web');
    const present = this.runtime.images.status(image);
    const pulling = present === undefined ? this.runtime.images.pull(image) : Promise.resolve(present);
    await this.clock.advance(present === undefined ? 10 : 0);
    this.#logs += 1;
    return pod.createContainer({
      name: 'app',
      attempt: 0,
      image: await pulling,
      env: [],
      mounts: [],
      security: {
        privileged: false,
        supplementalGroups: [],
        addCapabilities: [],
        dropCapabilities: [],
        readOnlyRootFilesystem: false,
        noNewPrivileges: false,
        seccomp: 'Unconfined',
        unmaskedProc: false,
      },
      resources: {},
      stdin: false,
      stdinOnce: false,
      tty: false,
      logPath: join(this.#directory, `${this.#logs}.log`),
      terminationMessagePath: '/dev/termination-log',
      annotations: {},
      ...config,
    });
  }

  async stop(): Promise<void> {
    await this.runtime.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** The complete stream as latin1 text. */
export async function textOf(stream: Readable | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

/** The log as in `kubectl logs`. */
export async function logOf(container: RuntimeContainer): Promise<string> {
  const options = { follow: false, previous: false, timestamps: false };
  return textOf(container.readLog(options, new AbortController().signal));
}
