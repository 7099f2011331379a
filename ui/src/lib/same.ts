/** Whether two values of JSON are the same. A field without a value is no field; the order of fields means nothing. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => isSame(item, other[index]));
  }
  const fields = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...fields].every((name) => isSame(Reflect.get(one, name), Reflect.get(other, name)));
}
