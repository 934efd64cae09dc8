import type { KubeObject, ResourceKey } from '../machinery/objects.ts';
import type { WriteContext } from '../resources/rules.ts';

/** An object on its way into the store, for admission plugins to change or refuse. */
export interface Attributes {
  resource: ResourceKey;
  object: KubeObject;
  /** Absent on create. */
  old: KubeObject | undefined;
  subresource: string | undefined;
  context: WriteContext;
}
