import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import type { JobProgress } from './training-progress';

const TICK_MS = 1_000;

/** What was estimated with a report, less what has passed since. A search may end at any moment, so that its time is the most. */
export function TimeLeft({ progress: { etaSeconds, phase }, at }: { progress: JobProgress; at: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (etaSeconds === null) return t('progress.timeUnknown');
  const passedMs = Math.max(0, nowMs - Date.parse(at));
  const time = format.duration(Math.max(TICK_MS, 1_000 * etaSeconds - passedMs));
  return phase === 'tuning' ? t('progress.timeAtMost', { time }) : time;
}
