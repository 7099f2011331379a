import { providerTexts } from './texts';

const NANOS = 1_000_000_000;

/** A price of nano-dollars per million tokens in dollars, with two decimals at least and no more than it has. */
export function perMillion(nanos: number): string {
  const [whole = '0', decimals = ''] = (nanos / NANOS).toFixed(9).split('.');
  return `$${whole}.${decimals.slice(0, 2)}${decimals.slice(2).replace(/0+$/, '')}`;
}

/** A source of facts by a name that fits in a column: the site and what it is about, `you`, or `its own list`. */
export function sourceName(source: string): string {
  if (source === 'user') return providerTexts.models.user;
  if (source === 'list') return providerTexts.models.list;
  if (!URL.canParse(source)) return source;
  const { hostname, pathname } = new URL(source);
  const [owner, name] = pathname.split('/').filter((part) => part !== '');
  return hostname === 'github.com' && owner !== undefined && name !== undefined
    ? `${owner}/${name}`
    : hostname;
}
