import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { streams } from '../../app/live';
import type { Execution } from '../../bindings/types';
import { takeTurn } from '../../lib/turns';
import { type Live, liveFigures } from './live';
import { answerBegan } from './log';
import { executionLogQuery } from './queries';

/** How often the figures are worked out anew, in milliseconds. */
const BEAT_MS = 200;

/** The figures of an execution while it streams; `null` while it does not. Of several columns, one is drawn in a frame. */
export function useLive({ id, status, startedAt }: Execution): Live | null {
  const started = status === 'running' && startedAt !== null ? Date.parse(startedAt) : null;
  const [live, setLive] = useState<Live | null>(null);
  // What began before anybody looked is in the log.
  const isMissed = live !== null && live.firstTokenMs === null && live.outputTokens !== null;
  const log = useQuery({ ...executionLogQuery(id), enabled: isMissed });
  const began = useEffectEvent(() => {
    const first = streams.reasoning.known(id) > 0 ? streams.reasoning : streams.text;
    return first.began(id) ?? answerBegan(log.data?.entries ?? []);
  });
  useEffect(() => {
    if (started === null) return;
    const bytes = () => streams.text.known(id) + streams.reasoning.known(id);
    const since = { at: Date.now(), bytes: bytes() };
    const show = () => {
      setLive(liveFigures({ started, began: began(), since, bytes: bytes() }, Date.now()));
    };
    let leave: (() => void) | undefined;
    const beat = setInterval(() => {
      leave?.();
      leave = takeTurn(show);
    }, BEAT_MS);
    return () => {
      clearInterval(beat);
      leave?.();
      setLive(null);
    };
  }, [id, started]);
  return started === null ? null : live;
}
