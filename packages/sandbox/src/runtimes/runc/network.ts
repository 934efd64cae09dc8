import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { RuncNode } from './node/runc-node.ts';
import { run, type RuncContext } from './runc-command.ts';

/** The pods' address range, which is not routed. */
const PREFIX = '10.85';
const PREFIX_LENGTH = 16;
const BRIDGE = 'cni0';
/** The bridge has the first address. */
const FIRST_HOST = 2;
const LAST_HOST = 0xfffe;

/**
 * The pods' network: a bridge, and a veth pair to each pod.
 *
 * The machine's own network is never changed: the bridge is in the network namespace of the node's user namespace or,
 * for root, of a holder process. That exits when its stdin is closed, so always with the sandbox.
 */
export class PodNetwork {
  readonly #context: RuncContext;
  readonly #node: RuncNode;
  #holder: ChildProcess | undefined;
  readonly #used = new Set<number>();
  #next = FIRST_HOST;

  constructor(context: RuncContext, node: RuncNode) {
    this.#context = context;
    this.#node = node;
  }

  async start(): Promise<void> {
    if (this.#node.networkHolder === undefined) {
      this.#holder = spawn(
        'busybox',
        ['unshare', '-n', 'busybox', 'sh', '-c', 'echo ready; exec busybox cat'],
        { stdio: ['pipe', 'pipe', 'ignore'], env: this.#context.env, detached: true },
      );
      if (this.#holder.stdout !== null) await once(this.#holder.stdout, 'data');
    }
    await this.#run([
      this.#inBridge('link set lo up'),
      this.#inBridge(`link add ${BRIDGE} type bridge`),
      this.#inBridge(`addr add ${PREFIX}.0.1/${PREFIX_LENGTH} dev ${BRIDGE}`),
      this.#inBridge(`link set ${BRIDGE} up`),
    ]);
  }

  /** Connects the network namespace of a process of the node to the bridge; returns its address. */
  async attach(pid: number): Promise<string> {
    const host = this.#take();
    const ip = address(host);
    const link = `veth${host.toString(16)}`;
    const inPod = (command: string): string => `busybox nsenter -n/proc/${pid}/ns/net busybox ip ${command}`;
    await this.#run([
      inPod('link set lo up'),
      // The other end gets the first free name in the holder's namespace.
      inPod('link add eth0 type veth'),
      inPod(`link set veth0 name ${link}`),
      inPod(`link set ${link} netns ${this.#bridgePid()}`),
      this.#inBridge(`link set ${link} master ${BRIDGE}`),
      this.#inBridge(`link set ${link} up`),
      inPod(`addr add ${ip}/${PREFIX_LENGTH} dev eth0`),
      inPod('link set eth0 up'),
      inPod(`route add default via ${PREFIX}.0.1`),
    ]);
    return ip;
  }

  /** Releases an address. The link is deleted with the pod's namespace. */
  release(ip: string): void {
    const [, , high = '0', low = '0'] = ip.split('.');
    this.#used.delete(Number(high) * 256 + Number(low));
  }

  async stop(): Promise<void> {
    const holder = this.#holder;
    this.#holder = undefined;
    if (holder === undefined || holder.exitCode !== null) return;
    const ended = once(holder, 'exit');
    holder.stdin?.end();
    await ended;
  }

  /** Allocates round-robin, so that a new pod does not get an address that was just released. */
  #take(): number {
    for (let tries = 0; tries <= LAST_HOST; tries += 1) {
      const host = this.#next;
      this.#next = host >= LAST_HOST ? FIRST_HOST : host + 1;
      if (this.#used.has(host)) continue;
      this.#used.add(host);
      return host;
    }
    throw new Error('failed to allocate for range 0: no IP addresses available in range set');
  }

  #bridgePid(): number {
    const pid = this.#holder?.pid ?? this.#node.networkHolder;
    if (pid === undefined) throw new Error("the pods' network is not up");
    return pid;
  }

  /** A command in the bridge's network namespace. */
  #inBridge(command: string): string {
    const enter = this.#holder === undefined ? '' : `busybox nsenter -n/proc/${this.#bridgePid()}/ns/net `;
    return `${enter}busybox ip ${command}`;
  }

  async #run(commands: readonly string[]): Promise<void> {
    await run(this.#context, this.#node.enterWithoutPid(['busybox', 'sh', '-c', commands.join(' && ')]));
  }
}

function address(host: number): string {
  return `${PREFIX}.${host >> 8}.${host & 0xff}`;
}
