import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { CheckboxField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { isActive } from '../../ui/status-badge';
import { Estimate } from './estimate';
import { startTraining } from './prove-work';
import { trainingEstimateQuery, trainingJobsQuery } from './training-jobs.queries';

/** Where the data is judged not to be enough, somebody has to say that it is to be trained on all the same. */
export function StartTrainingButton({ projectId, modelId }: { projectId: string; modelId: string }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const queryClient = useQueryClient();
  const [isDespite, setIsDespite] = useState(false);
  const { data: jobs = [] } = useQuery(trainingJobsQuery(projectId, modelId));
  const ended = jobs.filter((job) => !isActive(job)).length;
  const { data: estimate } = useQuery(trainingEstimateQuery(projectId, modelId, ended));
  const isEnough = estimate?.verdict?.isEnough ?? true;
  const start = useMutation({
    mutationFn: () => startTraining(projectId, modelId, !isEnough && isDespite),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: trainingJobsQuery(projectId, modelId).queryKey }),
  });
  return (
    <div className="flex max-w-xs flex-col items-end gap-1 max-sm:w-full max-sm:items-start">
      <Button
        variant="primary"
        isBusy={start.isPending}
        disabled={!isEnough && !isDespite}
        onClick={() => start.mutate()}
      >
        {!start.isPending && <Play aria-hidden />}
        {t('trainingJobs.start')}
      </Button>
      {!isEnough && (
        <Notice tone="warning">
          <p className="font-medium">{t('quality.notEnough')}</p>
          {estimate!.verdict!.because.map((sentence) => (
            <p key={sentence}>{terms.sentences(sentence)}</p>
          ))}
          <CheckboxField
            label={t('quality.trainAllTheSame')}
            name="despiteVerdict"
            checked={isDespite}
            onChange={(event) => setIsDespite(event.target.checked)}
          />
        </Notice>
      )}
      <Estimate projectId={projectId} modelId={modelId} />
      {start.isError && <ProblemNotice error={start.error} />}
    </div>
  );
}
