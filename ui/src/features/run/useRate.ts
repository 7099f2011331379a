import { useEffect, useRef, useState } from 'react';
import { type Mark, rateOf, withMark } from './course';

/** How often a rate is worked out anew, in milliseconds. */
const BEAT = 1000;

/** Executions that end in a second, of late; `null` while that is not known. */
export function useRate(ended: number): number | null {
  const latest = useRef(ended);
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  useEffect(() => {
    latest.current = ended;
  }, [ended]);
  useEffect(() => {
    const mark = () => setMarks((known) => withMark(known, { at: Date.now(), ended: latest.current }));
    const beat = setInterval(mark, BEAT);
    return () => clearInterval(beat);
  }, []);
  return rateOf(marks);
}
