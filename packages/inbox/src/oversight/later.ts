/**
 * A word that is sent a moment later, so that it can be taken back before anybody has heard it. Leaving the page sends
 * it: what somebody said is never lost.
 */
import { useCallback, useEffect, useRef, useState } from 'react';

export const undoMs = 8_000;

export const useLater = <T>(send: (said: T) => void) => {
  const [said, setSaid] = useState<T | null>(null);
  const waiting = useRef<{ said: T; timer: ReturnType<typeof setTimeout> } | null>(null);
  const sender = useRef(send);
  sender.current = send;

  const flush = useCallback(() => {
    const now = waiting.current;
    if (now === null) return;
    clearTimeout(now.timer);
    waiting.current = null;
    setSaid(null);
    sender.current(now.said);
  }, []);
  const say = useCallback(
    (next: T) => {
      flush();
      waiting.current = { said: next, timer: setTimeout(flush, undoMs) };
      setSaid(next);
    },
    [flush],
  );
  const undo = useCallback(() => {
    if (waiting.current !== null) clearTimeout(waiting.current.timer);
    waiting.current = null;
    setSaid(null);
  }, []);
  useEffect(() => {
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [flush]);
  return { said, say, undo };
};
