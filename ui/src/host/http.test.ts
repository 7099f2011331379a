import { describe, expect, it } from 'vitest';
import { takeMessages, toRequest } from './http';

describe('toRequest', () => {
  it('puts fields into the path, the rest into the query of what reads and the body of what writes', () => {
    const path = '/api/prompts/{id}/versions/{version}';
    const request = { id: 'a/b', version: 'v1', limit: 5, cursor: null, filter: { x: 1 } };
    expect(toRequest('GET', path, request)).toEqual({
      url: '/api/prompts/a%2Fb/versions/v1?limit=5&filter=%7B%22x%22%3A1%7D',
    });
    expect(toRequest('POST', path, { id: 'p', version: 'v1', note: 'n' })).toEqual({
      url: '/api/prompts/p/versions/v1',
      body: '{"note":"n"}',
    });
  });
});

describe('takeMessages', () => {
  it('takes whole messages only and skips comments', () => {
    const buffer = { text: ': alive\n\ndata: [1]\n\ndata: [2' };
    expect([...takeMessages(buffer)]).toEqual(['[1]']);
    buffer.text += ']\n\n';
    expect([...takeMessages(buffer)]).toEqual(['[2]']);
  });
});
