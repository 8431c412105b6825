import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { buildUrl, type TrainingJob, type TrainingJobEvent } from '../../api/client';
import { trainingJobsQuery } from './training-jobs.queries';
import { type TrainingProgress, readProgress } from './training-progress';

/** The kept events of a long job come by the thousand: they are shown a few times a second, not one by one. */
const SHOW_MS = 200;

/** Follows a job for as long as the caller is shown; null until the first events are in. */
export function useTrainingProgress({ id, projectId, modelId }: TrainingJob): {
  reported: TrainingProgress | null;
  isBroken: boolean;
} {
  const queryClient = useQueryClient();
  const [reported, setReported] = useState<TrainingProgress | null>(null);
  const [isBroken, setIsBroken] = useState(false);
  useEffect(() => {
    const path = { projectId, jobId: id };
    const source = new EventSource(buildUrl({ url: '/v1/projects/{projectId}/training-jobs/{jobId}/events', path }));
    const events: TrainingJobEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setReported(readProgress(events));
      }, SHOW_MS);
    };
    source.onmessage = ({ data }) => {
      events.push(JSON.parse(data) as TrainingJobEvent);
      show();
    };
    source.addEventListener('job', ({ data }) => {
      show();
      if ((JSON.parse(data) as TrainingJob).finishedAt === null) return;
      // Otherwise the browser would take the end for an error, reconnect and read everything again.
      source.close();
      void queryClient.invalidateQueries({ queryKey: trainingJobsQuery(projectId, modelId).queryKey });
    });
    // After a broken connection the browser reconnects by itself; after a refusal it does not.
    source.onerror = () => setIsBroken(source.readyState === EventSource.CLOSED);
    source.onopen = () => setIsBroken(false);
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [queryClient, projectId, modelId, id]);
  return { reported, isBroken };
}
