/** An address that a model wrote, as it is shown before it is opened. */
export interface Address {
  /** All of it in ASCII: other letters in a host are punycode, and what is not seen is spelled out. */
  readonly href: string;
  /** It in three parts, the middle of which is the place that it leads to. */
  readonly parts: readonly [before: string, place: string, after: string];
  /** Whether a name stands before the place, which could be taken for the place. */
  readonly hasAccount: boolean;
  /** Whether the place is spelled with letters of other scripts. */
  readonly isForeign: boolean;
}

const SCHEMES = ['http:', 'https:', 'mailto:'];

/** Reads an address; `null` for what is not opened. */
export function readAddress(address: string): Address | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (!SCHEMES.includes(url.protocol)) return null;
  const { href } = url;
  const place = url.protocol === 'mailto:' ? url.pathname : url.host;
  // The place is the first of its spelling behind a name, which could spell it too.
  const account = url.username === '' && url.password === '' ? 0 : href.indexOf('@') + 1;
  const at = href.indexOf(place, Math.max(account, url.protocol.length));
  return {
    href,
    parts: [href.slice(0, at), place, href.slice(at + place.length)],
    hasAccount: account > 0,
    isForeign: /(^|\.)xn--/.test(url.hostname),
  };
}
