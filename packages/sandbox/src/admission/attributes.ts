import type { KubeObject, ResourceKey } from '../machinery/objects.ts';
import type { WriteContext } from '../resources/rules.ts';

/** The attributes of a write, for admission plugins. */
export interface Attributes {
  resource: ResourceKey;
  object: KubeObject;
  /** Absent on create. */
  old: KubeObject | undefined;
  subresource: string | undefined;
  context: WriteContext;
}
