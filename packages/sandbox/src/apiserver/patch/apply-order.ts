import { isNamedList } from './apply-fields.ts';
import { isObject, type Json, type JsonObject } from './element-order.ts';

/**
 * Orders the items of lists that an apply has merged by name: first those of the object, then the new ones in the order of
 * the configuration.
 */
export function applyOrder(before: Json | undefined, configuration: Json | undefined, merged: Json): Json {
  if (isNamedList(merged) && isNamedList(before) && isNamedList(configuration)) {
    const wanted = configuration.map(({ name }) => name);
    const names: string[] = [];
    let next = 0;
    for (const { name } of before) {
      if (!wanted.includes(name)) names.push(name);
      else while (next < wanted.length && !names.includes(name)) names.push(wanted[next++] ?? '');
    }
    names.push(...wanted.slice(next));
    return names.flatMap((name) => {
      const item = merged.find((one) => one.name === name);
      const find = (list: (JsonObject & { name: string })[]): Json | undefined =>
        list.find((one) => one.name === name);
      return item === undefined ? [] : [applyOrder(find(before), find(configuration), item)];
    });
  }
  if (!isObject(merged) || !isObject(before) || !isObject(configuration)) return merged;
  return Object.fromEntries(
    Object.entries(merged).map(([key, value]) => [key, applyOrder(before[key], configuration[key], value)]),
  );
}
