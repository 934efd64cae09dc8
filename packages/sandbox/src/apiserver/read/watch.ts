import type { MemoryStore } from '../../store/memory-store.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { StoreEvent, WatchEventType } from '../../store/types.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { internalError } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { encodeProtobuf, encodeWatchEvent, PROTOBUF_MEDIA_TYPE } from '../codecs/protobuf/index.ts';
import type { ListOptions } from '../options.ts';
import { typed } from '../kinds.ts';
import type { Selection } from './list.ts';
import { zeroObject } from './represent.ts';
import { partialMetadata, type RepresentContext } from './represent-context.ts';
import { tableOf } from './table.ts';

/** A watch without `timeoutSeconds` ends after 30 to 60 minutes. */
const MIN_TIMEOUT_SECONDS = 1800;
/** A real server sends a bookmark about once a minute. */
const BOOKMARK_PERIOD_MS = 60_000;
/** The first bookmark after the initial events comes sooner, after 0.3 to 1 s. */
const FIRST_BOOKMARK_MS = 500;
/** The annotation of the bookmark that ends the initial events. */
const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

export interface WatchTarget {
  store: MemoryStore;
  namespace: string | undefined;
  selects: Selection;
  options: ListOptions;
  context: RepresentContext;
  /** Ends the watch: the server stops, or a fault is injected. */
  stop?: AbortSignal;
}

interface OutgoingEvent {
  type: WatchEventType | 'BOOKMARK' | 'ERROR';
  object: object;
}

/**
 * Serves a watch until its timeout, or until the client disconnects. Like in the real watch cache, the watch of a client
 * that is too slow is terminated.
 */
export function serveWatch(exchange: Exchange, target: WatchTarget): Promise<void> {
  return new WatchSession(exchange, target).run();
}

/** Bytes that are buffered for a slow client before its watch ends; it can resume from its last resourceVersion. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

const EMPTY = { metadata: {} } as KubeObject;

class WatchSession {
  readonly #exchange: Exchange;
  readonly #target: WatchTarget;
  readonly #timers: NodeJS.Timeout[] = [];
  #headersSent = false;
  #isProtobuf = false;

  constructor(exchange: Exchange, target: WatchTarget) {
    this.#exchange = exchange;
    this.#target = target;
  }

  async run(): Promise<void> {
    const { options } = this.#target;
    // A real server only parses the version after the watch has started, hence 500 and not 400.
    if (!/^\d*$/.test(options.resourceVersion)) throw malformedVersion(options.resourceVersion);
    const isWanted = this.#target.context.representation.mediaType === PROTOBUF_MEDIA_TYPE;
    this.#isProtobuf = isWanted && encodeProtobuf(this.#represent(EMPTY)) !== undefined;
    const contentType = this.#isProtobuf ? `${PROTOBUF_MEDIA_TYPE};stream=watch` : 'application/json';
    this.#exchange.begin(200, { 'content-type': contentType });
    const unsubscribe = this.#start();
    try {
      if (unsubscribe !== undefined) await this.#untilEnd();
    } finally {
      unsubscribe?.();
      for (const timer of this.#timers) clearInterval(timer);
      this.#exchange.response.end();
    }
  }

  /** Sends past events and subscribes to further ones; undefined if the watch cannot start. */
  #start(): (() => void) | undefined {
    const { store, namespace, options, context } = this.#target;
    const { key } = context.resource;
    const from = options.resourceVersion === '' ? 0 : Number(options.resourceVersion);
    const initial = options.sendInitialEvents ?? from === 0;
    if (initial) {
      for (const object of store.list(key, namespace)) {
        if (this.#target.selects(object)) this.#send({ type: 'ADDED', object });
      }
      if (options.sendInitialEvents === true && options.allowWatchBookmarks) this.#bookmark(true);
    } else {
      const past = from === 0 ? [] : store.eventsSince(key, from);
      if (past === undefined) {
        this.#sendRaw({ type: 'ERROR', object: tooOld(from, store.resourceVersion).toStatus() });
        return undefined;
      }
      for (const event of past) this.#relay(event);
    }
    this.#startTimers(initial && options.sendInitialEvents === true);
    return store.subscribe(key, (event) => this.#relay(event));
  }

  #startTimers(soon: boolean): void {
    if (!this.#target.options.allowWatchBookmarks) return;
    if (soon) this.#timers.push(setTimeout(() => this.#bookmark(false), FIRST_BOOKMARK_MS));
    this.#timers.push(setInterval(() => this.#bookmark(false), BOOKMARK_PERIOD_MS));
  }

  #untilEnd(): Promise<void> {
    const { options, stop } = this.#target;
    const seconds = options.timeoutSeconds ?? MIN_TIMEOUT_SECONDS * (1 + Math.random());
    return new Promise((resolve) => {
      this.#timers.push(setTimeout(resolve, seconds * 1000));
      const done = (): void => resolve();
      this.#exchange.signal.addEventListener('abort', done, { once: true });
      stop?.addEventListener('abort', done, { once: true });
      if (this.#exchange.signal.aborted || stop?.aborted === true) resolve();
    });
  }

  /** Sends an event, converted for the selectors of this watch. */
  #relay(event: StoreEvent): void {
    const { namespace, selects } = this.#target;
    const { object, previous } = event;
    if (namespace !== undefined && object.metadata.namespace !== namespace) return;
    const before = previous !== undefined && selects(previous);
    const after = event.type !== 'DELETED' && selects(object);
    if (after) this.#send({ type: before ? 'MODIFIED' : 'ADDED', object });
    else if (before) this.#send({ type: 'DELETED', object: lastSeen(event) });
  }

  #bookmark(initialEnd: boolean): void {
    const { store, context } = this.#target;
    const { resource, rules, representation } = context;
    const metadata = {
      resourceVersion: String(store.resourceVersion),
      ...(initialEnd ? { annotations: INITIAL_EVENTS_END } : {}),
    };
    const empty = { ...zeroObject(rules, resource), metadata } as unknown as KubeObject;
    const object =
      representation.as === 'PartialObjectMetadata' || representation.as === 'PartialObjectMetadataList'
        ? partialMetadata(empty, representation)
        : representation.as === 'Table'
          ? tableOf([], { resourceVersion: metadata.resourceVersion }, context)
          : typed(resource, empty);
    this.#sendRaw({ type: 'BOOKMARK', object });
  }

  #send(event: { type: WatchEventType; object: KubeObject }): void {
    this.#sendRaw({ type: event.type, object: this.#represent(event.object) });
  }

  #represent(object: KubeObject): object {
    const { context } = this.#target;
    const { representation, resource } = context;
    if (representation.as === 'Table') {
      const noHeaders = this.#headersSent;
      this.#headersSent = true;
      const tableOptions = { ...context.tableOptions, noHeaders };
      const resourceVersion = object.metadata.resourceVersion ?? '';
      return tableOf([object], { resourceVersion }, { ...context, tableOptions });
    }
    if (representation.as !== undefined) return partialMetadata(object, representation);
    return typed(resource, object);
  }

  #sendRaw(event: OutgoingEvent): void {
    const { response } = this.#exchange;
    if (response.writableEnded || response.destroyed) return;
    const framed = this.#isProtobuf ? encodeWatchEvent(event) : undefined;
    response.write(framed ?? `${JSON.stringify(event)}\n`);
    if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
  }
}

/** The last selected state of an object, with the resourceVersion of the change. */
function lastSeen({ object, previous }: StoreEvent): KubeObject {
  const { resourceVersion } = object.metadata;
  if (previous === undefined || resourceVersion === undefined) return object;
  return { ...previous, metadata: { ...previous.metadata, resourceVersion } };
}

function tooOld(asked: number, current: number): StatusError {
  return new StatusError(410, 'Expired', `too old resource version: ${asked} (${current})`);
}

function malformedVersion(text: string): StatusError {
  const quoted = JSON.stringify(text);
  return internalError(
    `invalid resource version ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`,
  );
}
