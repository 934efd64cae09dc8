import { invalid, notSupported } from '../../machinery/field-errors.ts';
import { decode, DecodeError } from '../../resources/schema/decode.ts';
import { structSchema } from '../../resources/schema/parse.ts';
import type { Exchange } from '../exchange.ts';
import { dryRunErrors, readInteger, refuse as refuseOptions } from '../options.ts';
import { isTrue } from '../routing/request-info.ts';
import { type FieldError, StatusError } from '../../machinery/status-error.ts';
import type { DeleteOptions } from './delete.ts';
import { parseBody } from '../codecs/read-body.ts';

const KIND = 'DeleteOptions';
/** The source position of the real server's scheme, which is in its messages. */
const SCHEME = 'pkg/apis/meta/internalversion/scheme/register.go:27';

const PROPAGATION_POLICIES = ['Foreground', 'Background', 'Orphan'];

/** The options of a delete: those of its body or, without a body, of its query. */
export async function readDeleteOptions(exchange: Exchange): Promise<DeleteOptions> {
  const bytes = await exchange.body();
  const given =
    bytes.length === 0 ? queryOptions(exchange.query) : parseOptions(bytes, exchange.headers['content-type']);
  const { dryRun = [], gracePeriodSeconds: grace, preconditions, orphanDependents } = given;
  const errors: FieldError[] = [];
  if (given.propagationPolicy !== undefined && orphanDependents !== undefined) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalid('propagationPolicy', given.propagationPolicy, detail));
  }
  const older = orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
  const propagationPolicy = given.propagationPolicy ?? older;
  if (propagationPolicy !== undefined && !PROPAGATION_POLICIES.includes(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...PROPAGATION_POLICIES, 'nil']));
  }
  errors.push(...dryRunErrors(dryRun));
  refuseOptions(KIND, errors);
  return {
    dryRun: dryRun.length > 0,
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

interface DeleteBody {
  dryRun?: string[];
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  /** The deprecated form of the policies Orphan and Background. */
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
}

function queryOptions(query: URLSearchParams): DeleteBody {
  const grace = readInteger(query.get('gracePeriodSeconds'));
  const policy = query.get('propagationPolicy');
  const orphans = query.get('orphanDependents');
  return {
    dryRun: query.getAll('dryRun'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphans === null ? {} : { orphanDependents: isTrue(orphans) }),
  };
}

/** A real server reports errors in these bodies as 500. */
function parseOptions(bytes: Buffer, contentType: string | undefined): DeleteBody {
  const refuse = (problem: string): StatusError => new StatusError(500, '', problem);
  const { value } = parseBody(bytes, contentType, refuse);
  const { kind = KIND, apiVersion = 'v1' } = value as { kind?: string; apiVersion?: string };
  if (kind !== KIND || !/^(.+\/)?v1$/.test(apiVersion)) {
    throw refuse(`no kind "${kind}" is registered for version "${apiVersion}" in scheme "${SCHEME}"`);
  }
  try {
    return decode(structSchema(KIND), value, 'json').value;
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message) : error;
  }
}
