import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError } from '../../../cluster/index.ts';
import type { ApiRequest, Cluster } from '../../../cluster/types.ts';

/** A server's refusal of a request. */
export function statusError(code: number, { method, path }: ApiRequest, reason = ''): ApiStatusError {
  return new ApiStatusError(code, { kind: 'Status', code, reason }, { method, path });
}

/** A cluster with scripted responses. */
export interface FakeCluster {
  cluster: Pick<Cluster, 'request'>;
  /** `METHOD NAME` of each received request. */
  requests: string[];
}

/** A cluster that passes its n-th request to the n-th function; further requests fail the test. */
export function fakeCluster(...answers: ((request: ApiRequest) => Pod | Promise<Pod>)[]): FakeCluster {
  const requests: string[] = [];
  return {
    requests,
    cluster: {
      async request<T>(request: ApiRequest): Promise<T> {
        requests.push(`${request.method} ${request.path.split('/').at(-1) ?? ''}`);
        const answer = answers[requests.length - 1];
        if (answer === undefined) throw new Error(`not expected: ${requests.join(', ')}`);
        return (await answer(request)) as T;
      },
    },
  };
}
