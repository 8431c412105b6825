import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { trainingJobsCreate, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { trainingJobsQuery } from './training-jobs.queries';

export function StartTrainingButton({ projectId, modelId }: { projectId: string; modelId: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const start = useMutation({
    mutationFn: () => unwrap(trainingJobsCreate({ path: { projectId, modelId }, body: {} })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: trainingJobsQuery(projectId, modelId).queryKey }),
  });
  return (
    <div className="flex max-w-md flex-col items-end gap-2">
      <Button variant="primary" isBusy={start.isPending} onClick={() => start.mutate()}>
        {!start.isPending && <Play aria-hidden />}
        {t('trainingJobs.start')}
      </Button>
      {start.isError && <ProblemNotice error={start.error} />}
    </div>
  );
}
