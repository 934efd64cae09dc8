import { GROUP_VERSIONS } from './resource-table.ts';

/** The checks in `/readyz?verbose`, in the order of a real server. */
const READY_CHECKS: readonly string[] = [
  'ping',
  'log',
  'informer-sync',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/priority-and-fairness-filter',
  'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/peer-endpoint-reconciler-controller',
  'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/start-kube-apiserver-identity-lease-garbage-collector',
  'poststarthook/storage-readiness',
  'poststarthook/start-legacy-token-tracking-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-kubernetes-service-cidr-controller',
  'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-wait-for-first-sync',
  'poststarthook/apiservice-discovery-controller',
  'poststarthook/kube-apiserver-autoregistration',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
  'shutdown',
];

/** Checks that only readiness has. */
const READY_ONLY = new Set(['informer-sync', 'shutdown']);
const LIVE_CHECKS: readonly string[] = [
  ...READY_CHECKS.filter((check) => !READY_ONLY.has(check)),
  'etcd',
  'loopback-serving-certificate',
];

/** Health endpoints by path, with their checks. */
const HEALTH: Readonly<Record<string, readonly string[]>> = {
  '/healthz': LIVE_CHECKS,
  '/livez': LIVE_CHECKS,
  '/readyz': READY_CHECKS,
};

const OTHER_PATHS = [
  '/.well-known/openid-configuration',
  '/flagz',
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/statusz',
  '/version',
];

/** `/`: all paths, sorted. */
export function rootPaths(): unknown {
  const api = GROUP_VERSIONS.flatMap(({ group, version }) =>
    group === '' ? ['/api', `/api/${version}`] : [`/apis/${group}`, `/apis/${group}/${version}`],
  );
  const health = Object.entries(HEALTH).flatMap(([path, checks]) => [
    path,
    ...checks.map((check) => `${path}/${check}`),
  ]);
  return { paths: [...new Set(['/apis', '/apis/', ...api, ...health, ...OTHER_PATHS])].toSorted() };
}

/** The text of a health endpoint; undefined for any other path. */
export function healthText(path: string, verbose: boolean): string | undefined {
  const [, root = '', ...rest] = path.split('/');
  const checks = HEALTH[`/${root}`];
  if (checks === undefined) return undefined;
  const check = rest.join('/');
  if (check !== '') return checks.includes(check) ? 'ok' : undefined;
  if (!verbose) return 'ok';
  return `${checks.map((one) => `[+]${one} ok`).join('\n')}\n${root} check passed\n`;
}
