import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useTerms } from '../../../i18n/use-terms';
import type { Sample } from '../../../tasks/task';
import { Card } from '../../../ui/card';
import { Notice } from '../../../ui/notice';
import { ProblemNotice } from '../../../ui/problem-notice';
import { ProgressBar } from '../../../ui/progress-bar';
import { ImportFailedError } from '../../data-sets/add-sample';
import { dataSetsQuery } from '../../data-sets/data-sets.queries';
import { modelsQuery } from '../../models/models.queries';
import { prepareSample } from './prepare';

/** Makes all that a sample needs, as long as the address asks for it; then the project's own state says what comes next. */
export function SampleCard({ projectId, sample }: { projectId: string; sample: Sample }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const prepared = useQuery({
    queryKey: ['sample', projectId, sample.family],
    queryFn: () => prepareSample(projectId, sample, t),
    staleTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const isDone = prepared.data !== undefined;
  useEffect(() => {
    if (!isDone) return;
    const lists = [dataSetsQuery(projectId), modelsQuery(projectId)];
    void Promise.all(lists.map(({ queryKey }) => queryClient.invalidateQueries({ queryKey }))).then(() =>
      navigate({ to: '/projects/$projectId', params: { projectId }, search: {}, replace: true }),
    );
  }, [isDone, navigate, projectId, queryClient]);
  return (
    <Card title={t(sample.texts.model)} hint={t('start.preparing')}>
      {prepared.error instanceof ImportFailedError ? (
        <Notice tone="danger">{terms.sentences(prepared.error.message)}</Notice>
      ) : prepared.isError ? (
        <ProblemNotice error={prepared.error} onRetry={() => void prepared.refetch()} />
      ) : (
        <ProgressBar label={t('start.preparing')} share={null} />
      )}
    </Card>
  );
}
