import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { Exchange } from '../exchange.ts';
import { readWriteOptions } from '../options.ts';
import { beginWrite } from '../write-exchange.ts';
import { deleteObject, type DeleteOptions } from '../write/delete.ts';
import { readBody } from '../write/read-body.ts';

interface Eviction {
  deleteOptions?: Partial<DeleteOptions>;
}

/** Evicts a pod: a delete that disruption budgets could refuse (the sandbox keeps none). */
export async function serveEviction(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const { dryRun } = readWriteOptions(exchange.query, 'CreateOptions');
  const { deleteOptions = {} } = (await readBody(exchange, 'Eviction')).value as Eviction;
  const write = beginWrite(exchange, api, resource, dryRun);
  deleteObject(write, exchange.info.name, { ...deleteOptions, dryRun });
  exchange.json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}
