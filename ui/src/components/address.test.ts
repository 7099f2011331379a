import { describe, expect, it } from 'vitest';
import { readAddress } from './address';

describe('readAddress', () => {
  it.each([
    ['https://example.com/a?b#c', ['https://', 'example.com', '/a?b#c']],
    ['http://host.example:8080/', ['http://', 'host.example:8080', '/']],
    ['mailto:a@b.example?subject=x', ['mailto:', 'a@b.example', '?subject=x']],
    ['https://bank.example@evil.example/', ['https://bank.example@', 'evil.example', '/']],
    ['https://evil.example:x@evil.example/', ['https://evil.example:x@', 'evil.example', '/']],
    ['https://https/', ['https://', 'https', '/']],
    ['https://b\u0430nk.example/', ['https://', 'xn--bnk-6cd.example', '/']],
    ['https://a.example/\u202egnp.exe\u200b', ['https://', 'a.example', '/%E2%80%AEgnp.exe%E2%80%8B']],
    ['HTTPS:\\\\evil.example\\a', ['https://', 'evil.example', '/a']],
    ['https://evil\u3002example/', ['https://', 'evil.example', '/']],
  ])('spells %s out and says where it leads', (address, parts) => {
    expect(readAddress(address)?.parts).toEqual(parts);
    expect(readAddress(address)?.href).toBe(parts.join(''));
  });

  it('tells a name before the place, and letters of other scripts', () => {
    expect(readAddress('https://bank.example@evil.example/')).toMatchObject({ hasAccount: true });
    expect(readAddress('https://b\u0430nk.example/')).toMatchObject({ isForeign: true, hasAccount: false });
    expect(readAddress('https://bank.example/@x')).toMatchObject({ isForeign: false, hasAccount: false });
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '#id',
    '/a',
    'blob:x',
    'https://',
  ])('does not open %s', (address) => {
    expect(readAddress(address)).toBeNull();
  });
});
