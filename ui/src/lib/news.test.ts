import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, vi } from 'vitest';
import { applyNews, readAgain } from './news';

const queryKey = ['run', 'r'];

/** A query that is looked at, and a host that answers each read when the test says so, with what it was then. */
function world(initial?: string) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  if (initial !== undefined) queries.setQueryData(queryKey, initial);
  let state = 'old';
  const held: (() => void)[] = [];
  const queryFn = vi.fn(() => {
    const answer = state;
    return new Promise<string>((resolve) => held.push(() => resolve(answer)));
  });
  const observer = new QueryObserver(queries, { queryKey, queryFn });
  const stop = observer.subscribe(() => undefined);
  const happens = (next: string) => {
    state = next;
    applyNews<string>(queries, queryKey, () => next);
  };
  const tell = (next: string) => {
    state = next;
    readAgain(queries, { queryKey });
  };
  const answer = () => held.splice(0).forEach((resolve) => resolve());
  const known = () => queries.getQueryData(queryKey);
  return { queries, queryFn, happens, tell, answer, known, stop };
}

describe('news', () => {
  it('change what is known', () => {
    const { queryFn, happens, known, stop } = world('old');
    happens('new');
    expect(known()).toBe('new');
    expect(queryFn).not.toHaveBeenCalled();
    stop();
  });

  it('are not taken back by an answer that was on its way', async () => {
    const { queries, queryFn, happens, answer, known, stop } = world('old');
    void queries.invalidateQueries({ queryKey });
    happens('new');
    happens('newest');
    expect(known()).toBe('newest');
    answer();
    await vi.waitFor(() => expect(queries.isFetching()).toBe(0));
    await vi.waitFor(() => expect(known()).toBe('newest'));
    expect(queryFn).toHaveBeenCalledTimes(1);
    stop();
  });

  it('leave it to be asked for anew once somebody looks, where another event had said so', () => {
    const { queries, queryFn, happens, tell, stop } = world('old');
    stop();
    tell('changed');
    happens('changed, and more');
    expect(queryFn).not.toHaveBeenCalled();
    const again = new QueryObserver(queries, { queryKey, queryFn }).subscribe(() => undefined);
    expect(queryFn).toHaveBeenCalledTimes(1);
    again();
  });

  it('that come all the time keep no answer from arriving', async () => {
    const { queries, queryFn, happens, answer, known, stop } = world();
    for (let event = 0; event < 100; event += 1) {
      happens(`event ${event}`);
      await Promise.resolve();
    }
    answer();
    await vi.waitFor(() => expect(known()).toBe('event 99'));
    expect(queryFn).toHaveBeenCalledTimes(1);
    expect(queries.isFetching()).toBe(0);
    stop();
  });

  it('of what nobody has read make nothing up', () => {
    const queries = new QueryClient();
    applyNews<string>(queries, queryKey, () => 'new');
    expect(queries.getQueryData(queryKey)).toBeUndefined();
  });
});

describe('what is not true any more', () => {
  it('is asked again after a first answer that was on its way', async () => {
    const { queries, queryFn, tell, answer, known, stop } = world();
    tell('new');
    tell('newest');
    answer();
    await vi.waitFor(() => expect(queryFn).toHaveBeenCalledTimes(2));
    answer();
    await vi.waitFor(() => expect(known()).toBe('newest'));
    expect(queries.isFetching()).toBe(0);
    stop();
  });

  it('arrives although events come all the time', async () => {
    const { tell, answer, known, stop } = world('old');
    tell('event 0');
    for (let event = 1; event < 10; event += 1) {
      tell(`event ${event}`);
      answer();
      // Each answer is as it was when it was asked for.
      await vi.waitFor(() => expect(known()).toBe(`event ${event - 1}`));
    }
    stop();
  });
});
