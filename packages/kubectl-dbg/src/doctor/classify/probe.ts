import type { Probe } from 'kubernetes-types/core/v1.d.ts';

/** The class of a probe's failure, by the rule that explains it. */
export type ProbeClass = 'U1' | 'U2' | 'U3' | 'U4' | 'U5' | 'U6';

/** The prefix of the kubelet's message. Source: pkg/kubelet/prober. */
const PREFIX = /^(Liveness|Readiness|Startup) probe (failed|errored|warning)[^:]*:\s*/i;

/** Classifies the message of an `Unhealthy` event. */
export function classifyProbe(message: string, probe?: Probe): ProbeClass {
  const text = probeText(message);
  if (/^\w+ probe errored/i.test(message)) return 'U5';
  if (/grpc|not_serving|failed to connect service|responded with/i.test(text)) return 'U6';
  if (/statuscode|status code|HTTP probe failed/i.test(text)) return 'U1';
  // A command's output may contain any of the words below.
  if (probe?.exec !== undefined) {
    return /command .*timed out|timed out after|deadline exceeded/i.test(text)
      ? 'U3'
      : /executable file not found|no such file or directory.*OCI|OCI runtime exec failed/i.test(text)
        ? 'U5'
        : 'U4';
  }
  if (/connection refused|connect: no route|host is unreachable/i.test(text)) return 'U2';
  if (/timeout|timed out|deadline exceeded/i.test(text)) return 'U3';
  if (/connection reset|EOF|malformed HTTP|dial tcp/i.test(text)) return 'U2';
  return 'U4';
}

/** The probe's failure, without the kubelet's prefix. */
export function probeText(message: string): string {
  return message.replace(PREFIX, '').trim();
}

/** A probe's settings as text: `GET :8080/healthz every 10s, 1s to answer, fails after 3`. */
export function describeProbe(probe: Probe | undefined): string {
  if (probe === undefined) return 'no probe';
  const { httpGet, tcpSocket, exec, grpc } = probe;
  const what =
    httpGet !== undefined
      ? `${httpGet.scheme === 'HTTPS' ? 'HTTPS ' : ''}GET ${httpGet.host ?? ''}:${String(httpGet.port)}${httpGet.path ?? '/'}`
      : tcpSocket !== undefined
        ? `TCP connection to :${String(tcpSocket.port)}`
        : grpc !== undefined
          ? `gRPC health check on :${grpc.port}`
          : `command ${(exec?.command ?? []).join(' ')}`;
  const { periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe;
  return `${what} every ${periodSeconds}s, ${timeoutSeconds}s to answer, fails after ${failureThreshold}`;
}

/** Milliseconds after the start of a container until a probe can have failed permanently. */
export function probeWindow(probe: Probe | undefined): number {
  if (probe === undefined) return 0;
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe;
  return (initialDelaySeconds + periodSeconds * failureThreshold) * 1000;
}
