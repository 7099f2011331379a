/**
 * A line in which acts are done one after the other: each begins once the one before is done or has failed, so that
 * what is said last is also heard last. Answers what is done with an act.
 */
export function oneByOne(): <T>(act: () => Promise<T>) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  return (act) => {
    const done = before.then(act);
    before = done.catch(() => undefined);
    return done;
  };
}
