import { StatusError } from '../../machinery/status-error.ts';
import { covers, type Fields, fieldsOf, removeAt, same, valueAt } from './apply-fields.ts';
import type { JsonObject } from './element-order.ts';

/** The managers of fields that were written other than by apply. */
interface OtherWrites {
  /** Owns all other fields; undefined if the object was created by apply. */
  creator?: string;
  updates: Map<string, Fields>;
}

/** The managers of the fields of all objects. The status and writes of controllers are not tracked. */
export class ApplyManagers {
  readonly #byUid = new Map<string, Map<string, Fields>>();
  readonly #others = new Map<string, OtherWrites>();

  /** @throws StatusError 409 if a field that another manager owns has another value */
  check(uid: string, manager: string, current: JsonObject, configuration: JsonObject): void {
    const conflicts: { owner: string; path: string }[] = [];
    for (const [path, { keys, value }] of fieldsOf(configuration)) {
      const held = valueAt(current, keys);
      if (covers(held, value)) continue;
      for (const owner of this.#ownersOf(uid, path, held !== undefined)) {
        if (owner !== quoted(manager)) conflicts.push({ owner, path });
      }
    }
    if (conflicts.length > 0) throw conflictError(conflicts);
  }

  /** The managers of a field, as in messages. */
  #ownersOf(uid: string, path: string, exists: boolean): string[] {
    const others = this.#others.get(uid);
    const appliers = [...(this.#byUid.get(uid) ?? [])].filter(([, fields]) => fields.has(path));
    const updaters = [...(others?.updates ?? [])].filter(([, fields]) => fields.has(path));
    const owners = [...appliers.map(([name]) => quoted(name)), ...updaters.map(([name]) => name)];
    return owners.length === 0 && exists && others?.creator !== undefined ? [others.creator] : owners;
  }

  /**
   * Records a write other than an apply: a create, an update or a patch.
   *
   * @param by the manager's name in messages, see `updateManager`
   * @param before undefined for a new object
   */
  note(uid: string, by: string, before: JsonObject | undefined, after: JsonObject): void {
    const others = this.#others.get(uid) ?? { updates: new Map<string, Fields>() };
    this.#others.set(uid, others);
    if (before === undefined) {
      others.creator = by;
      return;
    }
    const written: Fields = others.updates.get(by) ?? new Map();
    for (const [path, field] of fieldsOf(after)) {
      if (same(valueAt(before, field.keys), field.value)) continue;
      for (const [, fields] of [...(this.#byUid.get(uid) ?? []), ...others.updates]) fields.delete(path);
      written.set(path, field);
    }
    others.updates.set(by, written);
  }

  /** Removes from `merged` the fields that this manager has applied before, no longer applies, and does not share. */
  prune(uid: string, manager: string, merged: JsonObject, configuration: JsonObject): void {
    const managers = this.#byUid.get(uid);
    const wanted = fieldsOf(configuration);
    for (const [path, { keys }] of managers?.get(manager) ?? []) {
      const shared = [...(managers ?? [])].some(([other, fields]) => other !== manager && fields.has(path));
      if (!wanted.has(path) && !shared) removeAt(merged, keys);
    }
  }

  /** Records an applied configuration; a forced one takes its fields from all other managers. */
  record(uid: string, manager: string, configuration: JsonObject, before: JsonObject | undefined): void {
    const managers = this.#byUid.get(uid) ?? new Map<string, Fields>();
    const former = managers.get(manager);
    const fields = fieldsOf(configuration);
    for (const [path, { keys, value }] of fields) {
      const held = valueAt(before, keys);
      // A field that already had the same value is not removed when this manager gives it up.
      if (held !== undefined && same(held, value) && former?.has(path) !== true) fields.delete(path);
      for (const [other, theirs] of managers) {
        if (other !== manager && !same(theirs.get(path)?.value, value)) theirs.delete(path);
      }
      for (const theirs of this.#others.get(uid)?.updates.values() ?? []) {
        if (!same(theirs.get(path)?.value, value)) theirs.delete(path);
      }
    }
    managers.set(manager, fields);
    this.#byUid.set(uid, managers);
  }
}

/** The name in messages of a manager of writes other than apply. */
export function updateManager(name: string, apiVersion: string, subresource = ''): string {
  const place = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${quoted(name)}${place} using ${apiVersion}`;
}

function quoted(manager: string): string {
  return JSON.stringify(manager);
}

function conflictError(conflicts: readonly { owner: string; path: string }[]): StatusError {
  const count = `${conflicts.length} conflict${conflicts.length === 1 ? '' : 's'}`;
  const owners = [...new Set(conflicts.map(({ owner }) => owner))].toSorted();
  const conflictLines = owners.map((owner) => {
    const paths = conflicts.filter((one) => one.owner === owner).map(({ path }) => path);
    return paths.length === 1
      ? `conflict with ${owner}: ${paths[0] ?? ''}`
      : `conflicts with ${owner}:\n${paths.map((path) => `- ${path}`).join('\n')}`;
  });
  return new StatusError(409, 'Conflict', `Apply failed with ${count}: ${conflictLines.join('\n')}`, {
    causes: conflicts.map(({ owner, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${owner}`,
      field: path,
    })),
  });
}
