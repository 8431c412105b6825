import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { Estimate } from './estimate';
import { startTraining } from './prove-work';
import { trainingJobsQuery } from './training-jobs.queries';

export function StartTrainingButton({ projectId, modelId }: { projectId: string; modelId: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const start = useMutation({
    mutationFn: () => startTraining(projectId, modelId),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: trainingJobsQuery(projectId, modelId).queryKey }),
  });
  return (
    <div className="flex max-w-xs flex-col items-end gap-1 max-sm:w-full max-sm:items-start">
      <Button variant="primary" isBusy={start.isPending} onClick={() => start.mutate()}>
        {!start.isPending && <Play aria-hidden />}
        {t('trainingJobs.start')}
      </Button>
      <Estimate projectId={projectId} modelId={modelId} />
      {start.isError && <ProblemNotice error={start.error} />}
    </div>
  );
}
