/**
 * How a field of a partial container is read. `text`, `flag` and `number` lose their zero value ('', false, 0), as
 * they do in the API's own type; the `?` forms are the API's pointers, for which false and 0 say something.
 */
export type FieldType =
  | 'text'
  | 'text?'
  | 'flag'
  | 'flag?'
  | 'number'
  | 'number?'
  | 'port'
  | { readonly list: FieldType }
  | { readonly map: 'text' }
  | { readonly object: Readonly<Record<string, FieldType>> };

const texts: FieldType = { list: 'text' };
const object = (fields: Record<string, FieldType>): FieldType => ({ object: fields });
const nameAndOptional = object({ name: 'text', optional: 'flag?' });
const keyReference = object({ name: 'text', key: 'text', optional: 'flag?' });

const handler: Record<string, FieldType> = {
  exec: object({ command: texts }),
  httpGet: object({
    path: 'text',
    port: 'port',
    host: 'text',
    scheme: 'text',
    httpHeaders: { list: object({ name: 'text', value: 'text' }) },
  }),
  tcpSocket: object({ port: 'port', host: 'text' }),
  sleep: object({ seconds: 'number' }),
};

const probe = object({
  ...handler,
  grpc: object({ port: 'number', service: 'text?' }),
  initialDelaySeconds: 'number',
  timeoutSeconds: 'number',
  periodSeconds: 'number',
  successThreshold: 'number',
  failureThreshold: 'number',
  terminationGracePeriodSeconds: 'number?',
});

const confinement = object({ type: 'text', localhostProfile: 'text?' });

/** Fields of a container of core/v1 (Kubernetes v1.36), as far as they may appear in a `--custom` file. */
export const CONTAINER: Readonly<Record<string, FieldType>> = {
  name: 'text',
  image: 'text',
  command: texts,
  args: texts,
  workingDir: 'text',
  ports: {
    list: object({
      name: 'text',
      hostPort: 'number',
      containerPort: 'number',
      protocol: 'text',
      hostIP: 'text',
    }),
  },
  envFrom: {
    list: object({ prefix: 'text', configMapRef: nameAndOptional, secretRef: nameAndOptional }),
  },
  env: {
    list: object({
      name: 'text',
      value: 'text',
      valueFrom: object({
        fieldRef: object({ apiVersion: 'text', fieldPath: 'text' }),
        resourceFieldRef: object({ containerName: 'text', resource: 'text', divisor: 'text' }),
        configMapKeyRef: keyReference,
        secretKeyRef: keyReference,
        fileKeyRef: object({ volumeName: 'text', path: 'text', key: 'text', optional: 'flag?' }),
      }),
    }),
  },
  resources: object({
    limits: { map: 'text' },
    requests: { map: 'text' },
    claims: { list: object({ name: 'text', request: 'text' }) },
  }),
  resizePolicy: { list: object({ resourceName: 'text', restartPolicy: 'text' }) },
  restartPolicy: 'text?',
  restartPolicyRules: {
    list: object({
      action: 'text',
      exitCodes: object({ operator: 'text', values: { list: 'number?' } }),
    }),
  },
  volumeMounts: {
    list: object({
      name: 'text',
      readOnly: 'flag',
      recursiveReadOnly: 'text?',
      mountPath: 'text',
      subPath: 'text',
      mountPropagation: 'text?',
      subPathExpr: 'text',
    }),
  },
  volumeDevices: { list: object({ name: 'text', devicePath: 'text' }) },
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: object({ postStart: object(handler), preStop: object(handler), stopSignal: 'text?' }),
  terminationMessagePath: 'text',
  terminationMessagePolicy: 'text',
  imagePullPolicy: 'text',
  securityContext: object({
    capabilities: object({ add: texts, drop: texts }),
    privileged: 'flag?',
    seLinuxOptions: object({ user: 'text', role: 'text', type: 'text', level: 'text' }),
    windowsOptions: object({
      gmsaCredentialSpecName: 'text?',
      gmsaCredentialSpec: 'text?',
      runAsUserName: 'text?',
      hostProcess: 'flag?',
    }),
    runAsUser: 'number?',
    runAsGroup: 'number?',
    runAsNonRoot: 'flag?',
    readOnlyRootFilesystem: 'flag?',
    allowPrivilegeEscalation: 'flag?',
    procMount: 'text?',
    seccompProfile: confinement,
    appArmorProfile: confinement,
  }),
  stdin: 'flag',
  stdinOnce: 'flag',
  tty: 'flag',
};
