/** Undefined for an empty text: kubectl treats an empty flag or field as not set. */
export function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
