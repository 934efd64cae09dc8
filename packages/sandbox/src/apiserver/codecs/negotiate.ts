import { notAcceptable } from '../../machinery/errors.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** The negotiated representation of a response. */
export interface Representation {
  mediaType: 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf';
  /** The parameter `as`: the type to which objects are converted. */
  as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList';
  group?: string;
  version?: string;
}

const TRANSFORMS: Readonly<Record<string, readonly string[]>> = {
  Table: ['meta.k8s.io/v1', 'meta.k8s.io/v1beta1'],
  PartialObjectMetadata: ['meta.k8s.io/v1', 'meta.k8s.io/v1beta1'],
  PartialObjectMetadataList: ['meta.k8s.io/v1', 'meta.k8s.io/v1beta1'],
};

/** The transforms that discovery supports. */
export const DISCOVERY_TRANSFORMS: Readonly<Record<string, readonly string[]>> = {
  APIGroupDiscoveryList: ['apidiscovery.k8s.io/v2'],
};

const NOT_ACCEPTABLE =
  'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';
/** YAML can't be streamed. */
const NOT_ACCEPTABLE_STREAM =
  'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';

/**
 * Chooses the representation for an `Accept` header like the API server: the best clause that is supported. Tables are not
 * available as protobuf, so such clauses are skipped.
 */
export function negotiate(
  accept: string | undefined,
  transforms: Readonly<Record<string, readonly string[]>> = TRANSFORMS,
): Representation {
  if (accept === undefined || accept.trim() === '') return { mediaType: 'application/json' };
  for (const { type, parameters } of clausesOf(accept)) {
    const mediaType = mediaTypeOf(type);
    if (mediaType === undefined) continue;
    const found = readParameters(parameters, transforms);
    if (found !== undefined && !(mediaType === PROTOBUF && found.as === 'Table'))
      return { mediaType, ...found };
  }
  throw notAcceptable(NOT_ACCEPTABLE);
}

/** The representation of a Status; JSON if no clause is supported. */
export function negotiateStatus(accept: string | undefined): Representation {
  try {
    return negotiate(accept, {});
  } catch {
    return { mediaType: 'application/json' };
  }
}

/** Throws 406 for a watch in a media type that cannot be streamed. */
export function checkStreamable({ mediaType }: Representation): void {
  if (mediaType === 'application/yaml') throw notAcceptable(NOT_ACCEPTABLE_STREAM);
}

interface Clause {
  type: string;
  parameters: string[];
}

/** The clauses of an `Accept` header, sorted by weight, then by specificity. */
function clausesOf(accept: string): Clause[] {
  const clauses = accept.split(',').map((clause) => {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
    const rank = type === '*/*' ? 2 : type.endsWith('/*') ? 1 : 0;
    const quality = weight === undefined || Number.isNaN(Number(weight)) ? 1 : Number(weight);
    return { type: type.toLowerCase(), parameters, quality, rank };
  });
  return clauses.toSorted((a, b) => b.quality - a.quality || a.rank - b.rank);
}

function mediaTypeOf(type: string): Representation['mediaType'] | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'application/json';
  return type === 'application/yaml' || type === PROTOBUF ? type : undefined;
}

/** The transform in the parameters; undefined if it is not supported. */
function readParameters(
  parameters: readonly string[],
  transforms: Readonly<Record<string, readonly string[]>>,
): Omit<Representation, 'mediaType'> | undefined {
  const values = new Map(
    parameters.map((parameter) => {
      const [key = '', value = ''] = parameter.split('=');
      return [key.trim(), value.trim().replaceAll('"', '')] as const;
    }),
  );
  const as = values.get('as');
  if (as === undefined) return {};
  const group = values.get('g') ?? '';
  const version = values.get('v') ?? '';
  if (transforms[as]?.includes(`${group}/${version}`) !== true) return undefined;
  return { as: as as NonNullable<Representation['as']>, group, version };
}
