export { safeParse } from 'valibot';
import {
  array,
  integer,
  nullish,
  number,
  object,
  type GenericSchema,
  type ObjectEntries,
  pipe,
  record,
  string,
  boolean,
  transform,
  union,
} from 'valibot';
import { flag, map, maybe } from '../base/file-schema.ts';

/** Called with each field that no container has, and the object that has it. */
export type OnUnknownField = (holder: object, field: string) => void;

/** A number or boolean in place of a string is converted to text. */
const text = pipe(union([string(), number(), boolean()], 'a string'), transform(String));
const whole = pipe(number('a whole number'), integer('a whole number'));
const port = union([number(), string()], 'a port');

const texts = list(text, '');
const quantities = maybe(
  pipe(
    map,
    record(string(), text),
    transform((entries) => (Object.keys(entries).length === 0 ? undefined : entries)),
  ),
);

/**
 * The schema of a container of core/v1 (Kubernetes v1.36), as far as it may appear in a `--custom` file. Field names are
 * case-insensitive. Plain fields lose their zero value ('', false, 0), as in the API's own type; pointers, for which
 * false and 0 have a meaning, keep it.
 */
export function containerSchema(onUnknown: OnUnknownField) {
  const struct = (entries: ObjectEntries) =>
    pipe(
      map,
      transform((value) => withNamesOf(entries, value, onUnknown)),
      object(entries),
      transform(withoutUndefined),
    );
  const structs = (entries: ObjectEntries) => list(struct(entries), {});
  const optional = (entries: ObjectEntries) => maybe(struct(entries));
  const nameAndOptional = optional({ name: plain(text), optional: maybe(flag) });
  const keyReference = optional({ name: plain(text), key: plain(text), optional: maybe(flag) });

  const handler = {
    exec: optional({ command: texts }),
    httpGet: optional({
      path: plain(text),
      port: maybe(port),
      host: plain(text),
      scheme: plain(text),
      httpHeaders: structs({ name: plain(text), value: plain(text) }),
    }),
    tcpSocket: optional({ port: maybe(port), host: plain(text) }),
    sleep: optional({ seconds: plain(whole) }),
  };

  const probe = optional({
    ...handler,
    grpc: optional({ port: plain(whole), service: maybe(text) }),
    initialDelaySeconds: plain(whole),
    timeoutSeconds: plain(whole),
    periodSeconds: plain(whole),
    successThreshold: plain(whole),
    failureThreshold: plain(whole),
    terminationGracePeriodSeconds: maybe(whole),
  });

  const confinement = optional({ type: plain(text), localhostProfile: maybe(text) });

  return struct({
    name: plain(text),
    image: plain(text),
    command: texts,
    args: texts,
    workingDir: plain(text),
    ports: structs({
      name: plain(text),
      hostPort: plain(whole),
      containerPort: plain(whole),
      protocol: plain(text),
      hostIP: plain(text),
    }),
    envFrom: structs({ prefix: plain(text), configMapRef: nameAndOptional, secretRef: nameAndOptional }),
    env: structs({
      name: plain(text),
      value: plain(text),
      valueFrom: optional({
        fieldRef: optional({ apiVersion: plain(text), fieldPath: plain(text) }),
        resourceFieldRef: optional({
          containerName: plain(text),
          resource: plain(text),
          divisor: plain(text),
        }),
        configMapKeyRef: keyReference,
        secretKeyRef: keyReference,
        fileKeyRef: optional({
          volumeName: plain(text),
          path: plain(text),
          key: plain(text),
          optional: maybe(flag),
        }),
      }),
    }),
    resources: optional({
      limits: quantities,
      requests: quantities,
      claims: structs({ name: plain(text), request: plain(text) }),
    }),
    resizePolicy: structs({ resourceName: plain(text), restartPolicy: plain(text) }),
    restartPolicy: maybe(text),
    restartPolicyRules: structs({
      action: plain(text),
      exitCodes: optional({ operator: plain(text), values: list(whole, 0) }),
    }),
    volumeMounts: structs({
      name: plain(text),
      readOnly: plain(flag),
      recursiveReadOnly: maybe(text),
      mountPath: plain(text),
      subPath: plain(text),
      mountPropagation: maybe(text),
      subPathExpr: plain(text),
    }),
    volumeDevices: structs({ name: plain(text), devicePath: plain(text) }),
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
    lifecycle: optional({
      postStart: optional(handler),
      preStop: optional(handler),
      stopSignal: maybe(text),
    }),
    terminationMessagePath: plain(text),
    terminationMessagePolicy: plain(text),
    imagePullPolicy: plain(text),
    securityContext: optional({
      capabilities: optional({ add: texts, drop: texts }),
      privileged: maybe(flag),
      seLinuxOptions: optional({
        user: plain(text),
        role: plain(text),
        type: plain(text),
        level: plain(text),
      }),
      windowsOptions: optional({
        gmsaCredentialSpecName: maybe(text),
        gmsaCredentialSpec: maybe(text),
        runAsUserName: maybe(text),
        hostProcess: maybe(flag),
      }),
      runAsUser: maybe(whole),
      runAsGroup: maybe(whole),
      runAsNonRoot: maybe(flag),
      readOnlyRootFilesystem: maybe(flag),
      allowPrivilegeEscalation: maybe(flag),
      procMount: maybe(text),
      seccompProfile: confinement,
      appArmorProfile: confinement,
    }),
    stdin: plain(flag),
    stdinOnce: plain(flag),
    tty: plain(flag),
  });
}

/** A field without its zero value. */
function plain(schema: GenericSchema) {
  return maybe(
    pipe(
      schema,
      transform((value) => (value === '' || value === false || value === 0 ? undefined : value)),
    ),
  );
}

/** Entries keep their zero values: an empty argument is an argument. */
function list(item: GenericSchema, zero: unknown) {
  return maybe(
    pipe(
      array(nullish(item, () => zero)),
      transform((entries) => (entries.length === 0 ? undefined : entries)),
    ),
  );
}

/** The value with the API's names of its fields. */
function withNamesOf(
  entries: ObjectEntries,
  value: Record<string, unknown>,
  onUnknown: OnUnknownField,
): Record<string, unknown> {
  const names = Object.keys(entries);
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const name =
      names.find((known) => known === key) ??
      names.find((known) => known.toLowerCase() === key.toLowerCase());
    if (name === undefined) onUnknown(value, key);
    else result[name] = field;
  }
  return result;
}

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
