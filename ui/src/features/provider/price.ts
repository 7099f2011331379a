const NANOS = 1_000_000_000;

/** A price of nano-dollars per million tokens in dollars, with two decimals at least and no more than it has. */
export function perMillion(nanos: number): string {
  const [whole = '0', decimals = ''] = (nanos / NANOS).toFixed(9).split('.');
  return `$${whole}.${decimals.slice(0, 2)}${decimals.slice(2).replace(/0+$/, '')}`;
}
