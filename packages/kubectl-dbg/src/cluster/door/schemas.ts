import { array, boolean, looseObject, optional, pipe, record, regex, string, unknown } from 'valibot';

// The used fields of the API's objects. Other fields are not checked. Go writes null for absent values; nulls are removed
// before a schema is applied. Numbers of a container's termination are checked when an outcome is derived from them
// (model/outcome.ts): an invalid exit code makes the outcome unknown, not the pod invalid.

const text = optional(string());
const texts = optional(record(string(), string()));
const words = optional(array(string()));
const objects = optional(array(looseObject({})));

/**
 * A name that the API server allows in a path: it can't lead out of a directory either when it is used in a file name.
 */
const segment = pipe(string(), regex(/^(?!\.{1,2}$)[^/%\\]+$/));

const metadata = looseObject({
  name: optional(segment),
  generateName: text,
  namespace: optional(segment),
  uid: text,
  resourceVersion: text,
  creationTimestamp: text,
  deletionTimestamp: text,
  labels: texts,
  annotations: texts,
  ownerReferences: optional(array(looseObject({ kind: string(), name: string(), uid: text }))),
});

const securityContext = optional(
  looseObject({ capabilities: optional(looseObject({ add: words, drop: words })) }),
);

const containers = optional(
  array(
    looseObject({
      name: segment,
      image: text,
      command: words,
      args: words,
      workingDir: text,
      restartPolicy: text,
      targetContainerName: text,
      env: optional(array(looseObject({ name: string(), value: text }))),
      envFrom: objects,
      ports: objects,
      volumeMounts: optional(array(looseObject({ name: string(), mountPath: string() }))),
      volumeDevices: objects,
      resources: optional(
        looseObject({ limits: optional(looseObject({})), requests: optional(looseObject({})) }),
      ),
      securityContext,
    }),
  ),
);

const state = optional(
  looseObject({
    waiting: optional(looseObject({ reason: text, message: text })),
    running: optional(looseObject({ startedAt: text })),
    terminated: optional(looseObject({ reason: text, message: text, startedAt: text, finishedAt: text })),
  }),
);

const containerStatuses = optional(
  array(
    looseObject({ name: segment, state, lastState: state, image: text, imageID: text, containerID: text }),
  ),
);

const conditions = optional(
  array(looseObject({ type: string(), status: string(), reason: text, message: text })),
);

/** A Pod. */
export const podSchema = looseObject({
  metadata,
  spec: optional(
    looseObject({
      containers,
      initContainers: containers,
      ephemeralContainers: containers,
      nodeName: text,
      nodeSelector: texts,
      restartPolicy: text,
      serviceAccountName: text,
      priorityClassName: text,
      runtimeClassName: text,
      schedulerName: text,
      os: optional(looseObject({ name: text })),
      volumes: optional(array(looseObject({ name: string() }))),
      tolerations: objects,
      schedulingGates: optional(array(looseObject({ name: string() }))),
      imagePullSecrets: objects,
      securityContext: optional(looseObject({})),
      affinity: optional(looseObject({})),
    }),
  ),
  status: optional(
    looseObject({
      phase: text,
      reason: text,
      message: text,
      conditions,
      containerStatuses,
      initContainerStatuses: containerStatuses,
      ephemeralContainerStatuses: containerStatuses,
    }),
  ),
});

/** A Node. */
export const nodeSchema = looseObject({
  metadata,
  spec: optional(looseObject({ taints: optional(array(looseObject({ key: string(), effect: string() }))) })),
  status: optional(
    looseObject({
      conditions,
      nodeInfo: optional(looseObject({ operatingSystem: text, architecture: text })),
    }),
  ),
});

/** An Event of the core group. */
export const eventSchema = looseObject({
  metadata,
  type: text,
  reason: text,
  message: text,
  involvedObject: optional(
    looseObject({ kind: text, name: text, namespace: text, uid: text, fieldPath: text }),
  ),
});

/** Any other object: a workload, a namespace. */
export const objectSchema = looseObject({
  metadata,
  spec: optional(looseObject({ selector: optional(looseObject({})) })),
});

/** The same, for a kind whose selector has matchLabels and matchExpressions. */
export const workloadSchema = looseObject({
  metadata,
  spec: optional(
    looseObject({
      selector: optional(
        looseObject({
          matchLabels: texts,
          matchExpressions: optional(
            array(looseObject({ key: string(), operator: string(), values: words })),
          ),
        }),
      ),
    }),
  ),
});

/** A kind whose selector is a map of labels. */
export const plainSelectorSchema = looseObject({
  metadata,
  spec: optional(looseObject({ selector: texts })),
});

/** The response to a review of the user's own access, rules or name. */
export const reviewSchema = looseObject({
  status: optional(
    looseObject({
      allowed: optional(boolean()),
      resourceRules: optional(
        array(looseObject({ verbs: words, apiGroups: words, resources: words, resourceNames: words })),
      ),
      userInfo: optional(looseObject({ username: text })),
    }),
  ),
});

/** A list of any kind; its items are checked one by one. */
export const listSchema = looseObject({
  metadata: optional(looseObject({ resourceVersion: text, continue: text })),
  items: optional(array(unknown())),
});
