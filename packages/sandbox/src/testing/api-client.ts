import { readFileSync } from 'node:fs';
import { connect, type ClientHttp2Session } from 'node:http2';
import { load } from 'js-yaml';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

/** The connection options of the first user of a kubeconfig. */
export function readCredentials(path: string): { url: string; ca: Buffer; cert: Buffer; key: Buffer } {
  const { clusters, users } = load(readFileSync(path, 'utf8')) as Kubeconfig;
  const decode = (text = ''): Buffer => Buffer.from(text, 'base64');
  return {
    url: clusters[0]?.cluster.server ?? '',
    ca: decode(clusters[0]?.cluster['certificate-authority-data']),
    cert: decode(users[0]?.user['client-certificate-data']),
    key: decode(users[0]?.user['client-key-data']),
  };
}

export interface ApiAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** A minimal HTTP/2 client of an API server. It never retries. */
export class ApiClient {
  readonly session: ClientHttp2Session;

  constructor(kubeconfig: string) {
    const { url, ...credentials } = readCredentials(kubeconfig);
    this.session = connect(url, credentials);
    this.session.on('error', () => {});
  }

  /** Rejects if the stream breaks; `onData` receives each chunk. */
  async request(
    method: string,
    path: string,
    options: {
      body?: unknown;
      contentType?: string;
      onData?: (text: string) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<ApiAnswer> {
    const { body, contentType = 'application/json', onData, signal } = options;
    return new Promise((resolve, reject) => {
      const stream = this.session.request(
        { ':method': method, ':path': path, ...(body === undefined ? {} : { 'content-type': contentType }) },
        // Otherwise the request ends before its body for methods like DELETE.
        { endStream: body === undefined, ...(signal === undefined ? {} : { signal }) },
      );
      let status = 0;
      let headers: ApiAnswer['headers'] = {};
      const chunks: Buffer[] = [];
      stream.on('response', (received) => {
        status = Number(received[':status']);
        headers = received;
      });
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        onData?.(chunk.toString());
      });
      // 'end' is also emitted if the connection breaks.
      let ended = false;
      stream.on('end', () => {
        ended = true;
      });
      stream.on('error', reject);
      stream.on('close', () => {
        if (ended && stream.rstCode === 0 && !this.session.destroyed)
          resolve({ status, headers, body: Buffer.concat(chunks).toString() });
        else reject(new Error('the answer was cut off'));
      });
      stream.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Resolves when the connection is closed. */
  async closed(): Promise<void> {
    if (this.session.destroyed) return;
    await new Promise<void>((resolve) => {
      this.session.once('close', resolve);
    });
  }

  close(): void {
    this.session.destroy();
  }
}
