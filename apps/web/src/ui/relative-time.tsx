import { useEffect, useState } from 'react';
import { useFormat } from '../i18n/use-format';

const MINUTE_MS = 60_000;

/** "3 minutes ago", with the absolute time on hover and for machines. It goes on by itself. */
export function RelativeTime({ time }: { time: string }) {
  const format = useFormat();
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={time} title={format.timestamp(time)} className="whitespace-nowrap">
      {format.relative(time, nowMs)}
    </time>
  );
}
