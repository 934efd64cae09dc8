/** A ConfigMap, Secret or key that is missing according to a message. */
export interface Missing {
  kind: 'ConfigMap' | 'Secret';
  name: string;
  /** Set if the object exists but lacks this key. */
  key?: string;
}

/** Parses the kubelet's messages about missing objects. Sources: pkg/volume, pkg/kubelet/kubelet_pods.go. */
export function readMissing(text: string): Missing | undefined {
  const key = /couldn't find key (\S+) in (configmap|secret) (?:[^/\s]*\/)?([^\s,"]+)/i.exec(text);
  if (key !== null) return { kind: kindOf(key[2]), name: key[3] ?? '', key: key[1] ?? '' };
  const item = /references non-existent (config|secret) key:? "?([^\s"]+)/i.exec(text);
  if (item !== null) {
    return {
      kind: item[1]?.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap',
      name: '',
      key: item[2] ?? '',
    };
  }
  const object = /\b(configmap|secret)s? "([^"]+)"[^"]{0,40}not found/i.exec(text);
  return object === null ? undefined : { kind: kindOf(object[1]), name: object[2] ?? '' };
}

function kindOf(word: string | undefined): Missing['kind'] {
  return word?.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap';
}
