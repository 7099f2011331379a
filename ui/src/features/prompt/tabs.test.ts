import { describe, expect, it } from 'vitest';
import {
  closed,
  closedOthers,
  forgotten,
  moved,
  neighbour,
  nextAfter,
  noTabs,
  reopened,
  shown,
  type Tabs,
  TabStore,
} from './tabs';

const opened = (...ids: string[]): Tabs => ids.reduce(shown, noTabs);

describe('the tabs', () => {
  it('have one for each prompt, a new one beside the one that was on screen', () => {
    const tabs = shown(shown(opened('a', 'b', 'c'), 'a'), 'd');
    expect(tabs.open).toEqual(['a', 'd', 'b', 'c']);
    expect(tabs.recent).toEqual(['d', 'a', 'c', 'b']);
  });

  it('show the next when one is closed, or the one before at the end', () => {
    const tabs = opened('a', 'b', 'c');
    expect(nextAfter(tabs, 'a')).toBe('b');
    expect(nextAfter(tabs, 'c')).toBe('b');
    expect(nextAfter(opened('a'), 'a')).toBeNull();
  });

  it('come back where they stood, last closed first', () => {
    const tabs = closed(closed(opened('a', 'b', 'c'), 'a'), 'b');
    expect(tabs.open).toEqual(['c']);
    const first = reopened(tabs);
    expect(first?.id).toBe('b');
    const second = reopened(first?.tabs ?? noTabs);
    expect(second?.tabs.open).toEqual(['a', 'b', 'c']);
    expect(reopened(second?.tabs ?? noTabs)).toBeNull();
  });

  it('are gone for good with their prompt', () => {
    const tabs = forgotten(closed(opened('a', 'b'), 'b'), 'b');
    expect(reopened(tabs)).toBeNull();
    expect(tabs.recent).toEqual(['a']);
  });

  it('are gone through around the end, and moved within it', () => {
    const tabs = opened('a', 'b', 'c');
    expect(neighbour(tabs, 'c', 1)).toBe('a');
    expect(neighbour(tabs, 'a', -1)).toBe('c');
    expect(neighbour(opened('a'), 'a', 1)).toBeNull();
    expect(moved(tabs, 'c', -1).open).toEqual(['a', 'c', 'b']);
    expect(moved(tabs, 'c', 1)).toBe(tabs);
    expect(closedOthers(tabs, 'b').open).toEqual(['b']);
  });

  it('are remembered by workspace, with what was opened before it was known', () => {
    const kept = new Map([['formaops.tabs.one', JSON.stringify(opened('a', 'b'))]]);
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const store = new TabStore(() => storage);
    store.change((tabs) => shown(tabs, 'c'));
    store.load('one');
    expect(store.get().open).toEqual(['a', 'b', 'c']);

    const other = new TabStore(() => storage);
    other.load('two');
    expect(other.get()).toEqual(noTabs);
    const again = new TabStore(() => storage);
    again.load('one');
    expect(again.get().open).toEqual(['a', 'b', 'c']);
  });

  it('begin anew where what was remembered cannot be read', () => {
    const store = new TabStore(() => ({ getItem: () => '{"open":', setItem: () => undefined }));
    store.load('one');
    expect(store.get()).toEqual(noTabs);
  });
});
