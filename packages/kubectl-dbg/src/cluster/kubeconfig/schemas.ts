export { safeParse } from 'valibot';
import { array, literal, nullish, record, unknown } from 'valibot';
import { flag, mapWith, maybe, text } from '../../base/file-schema.ts';

const texts = array(text);

/** The fields below `cluster` in an entry. */
export const clusterSchema = mapWith({
  server: maybe(text),
  'tls-server-name': maybe(text),
  'insecure-skip-tls-verify': maybe(flag),
  'certificate-authority': maybe(text),
  'certificate-authority-data': maybe(text),
  'proxy-url': maybe(text),
  'disable-compression': maybe(flag),
  extensions: maybe(array(mapWith({ name: maybe(text), extension: maybe(unknown()) }))),
});

/** The fields below `user` in an entry. */
export const userSchema = mapWith({
  'client-certificate': maybe(text),
  'client-certificate-data': maybe(text),
  'client-key': maybe(text),
  'client-key-data': maybe(text),
  token: maybe(text),
  tokenFile: maybe(text),
  username: maybe(text),
  password: maybe(text),
  as: maybe(text),
  'as-uid': maybe(text),
  'as-groups': maybe(texts),
  'as-user-extra': maybe(record(text, texts)),
  'auth-provider': maybe(mapWith({ name: maybe(text), config: maybe(record(text, text)) })),
  exec: maybe(
    mapWith({
      apiVersion: maybe(text),
      command: maybe(text),
      args: maybe(texts),
      env: maybe(array(mapWith({ name: maybe(text), value: maybe(text) }))),
      installHint: maybe(text),
      provideClusterInfo: maybe(flag),
      interactiveMode: maybe(text),
    }),
  ),
});

/** The fields below `context` in an entry. */
export const contextSchema = mapWith({ cluster: maybe(text), user: maybe(text), namespace: maybe(text) });

const name = nullish(text, '');

/** A kubeconfig file. Source: Kubernetes reference, "kubeconfig (v1)". */
export const kubeconfigSchema = mapWith({
  kind: maybe(literal('Config', 'Config')),
  'current-context': maybe(text),
  clusters: nullish(array(mapWith({ name, cluster: nullish(clusterSchema, {}) })), []),
  users: nullish(array(mapWith({ name, user: nullish(userSchema, {}) })), []),
  contexts: nullish(array(mapWith({ name, context: nullish(contextSchema, {}) })), []),
});
