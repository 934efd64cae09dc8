/** The pods' address range, which is not routed. */
const PREFIX = '10.85';
/** The first address is the node's own. */
const FIRST_HOST = 2;
const LAST_HOST = 0xfffe;

/** Allocates pod addresses round-robin. */
export class PodAddresses {
  readonly #used = new Set<number>();
  #next = FIRST_HOST;

  /** Throws an Error with the message of CNI's host-local plugin if none is left. */
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
