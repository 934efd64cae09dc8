/** Pods get addresses of this range, which leads nowhere. */
const PREFIX = '10.85';
/** The first address is the node's own. */
const FIRST_HOST = 2;
const LAST_HOST = 0xfffe;

/** Addresses for pods, each given out in turn. */
export class PodAddresses {
  readonly #used = new Set<number>();
  #next = FIRST_HOST;

  /** Throws an Error in the words of CNI's host-local when none is left. */
  take(): string {
    for (let tries = FIRST_HOST; tries <= LAST_HOST; tries += 1) {
      const host = this.#next;
      this.#next = host === LAST_HOST ? FIRST_HOST : host + 1;
      if (this.#used.has(host)) continue;
      this.#used.add(host);
      return `${PREFIX}.${host >> 8}.${host & 0xff}`;
    }
    throw new Error('failed to allocate for range 0: no IP addresses available in range set');
  }

  giveBack(address: string): void {
    const [, , high = 0, low = 0] = address.split('.').map(Number);
    this.#used.delete((high << 8) | low);
  }
}
