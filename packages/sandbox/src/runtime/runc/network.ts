import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { run, type RuncContext } from './runc-command.ts';

/** Pods get addresses of this range, which is not routed anywhere. */
const PREFIX = '10.85';
const PREFIX_LENGTH = 16;
const BRIDGE = 'cni0';
/** The bridge has the first address. */
const FIRST_HOST = 2;
const LAST_HOST = 0xfffe;

const IPROUTE = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip', '/bin/ip'];

/**
 * The pods' network: a bridge in a network namespace of the sandbox's own, and a veth pair to each pod.
 *
 * The node's own network is never touched. The namespace lives as long as its holder, a process that ends with
 * its stdin, thus with the sandbox however that ends.
 */
export class PodNetwork {
  readonly #context: RuncContext;
  #holder: ChildProcess | undefined;
  readonly #used = new Set<number>();
  #next = FIRST_HOST;
  /** The program of iproute2; that of busybox can't make a veth pair. */
  readonly #iproute = IPROUTE.find((path) => existsSync(path) && !realpathSync(path).includes('busybox'));

  constructor(context: RuncContext) {
    this.#context = context;
  }

  async start(): Promise<void> {
    // Without iproute2 there is nobody to make a veth pair: pods then reach only themselves.
    if (this.#iproute === undefined) return;
    this.#holder = spawn(
      'busybox',
      ['unshare', '-n', 'busybox', 'sh', '-c', 'echo ready; exec busybox cat'],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: this.#context.env,
        detached: true,
      },
    );
    if (this.#holder.stdout !== null) await once(this.#holder.stdout, 'data');
    await this.#ip(this.#holder.pid ?? 0, [
      'link set lo up',
      `link add ${BRIDGE} type bridge`,
      `addr add ${PREFIX}.0.1/${PREFIX_LENGTH} dev ${BRIDGE}`,
      `link set ${BRIDGE} up`,
    ]);
  }

  /** Connects the network namespace of a process and returns the address it was given. */
  async attach(pid: number): Promise<string> {
    const host = this.#take();
    const ip = address(host);
    if (this.#holder?.pid === undefined) {
      await this.#busyboxIp(pid, [`link set lo up`, `addr add ${ip}/32 dev lo`]);
      return ip;
    }
    const link = `veth${host.toString(16)}`;
    await this.#ip(this.#holder.pid, [
      `link add ${link} type veth peer name eth0 netns ${pid}`,
      `link set ${link} master ${BRIDGE} up`,
    ]);
    await this.#ip(pid, [
      `link set lo up`,
      `addr add ${ip}/${PREFIX_LENGTH} dev eth0`,
      `link set eth0 up`,
      `route add default via ${PREFIX}.0.1`,
    ]);
    return ip;
  }

  /** Gives an address back; its link goes away with the pod's namespace. */
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

  /** Addresses are handed out in turn, so that a new pod does not get one that was just in use. */
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

  async #ip(pid: number, commands: readonly string[]): Promise<void> {
    const argv = ['busybox', 'nsenter', '-t', String(pid), '-n', this.#iproute ?? 'ip', '-batch', '-'];
    await run(this.#context, argv, `${commands.join('\n')}\n`);
  }

  async #busyboxIp(pid: number, commands: readonly string[]): Promise<void> {
    const script = commands.map((command) => `busybox ip ${command}`).join(' && ');
    await run(this.#context, ['busybox', 'nsenter', '-t', String(pid), '-n', 'busybox', 'sh', '-c', script]);
  }
}

function address(host: number): string {
  return `${PREFIX}.${host >> 8}.${host & 0xff}`;
}
