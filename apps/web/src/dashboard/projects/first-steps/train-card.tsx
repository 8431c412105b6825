import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../../api/client';
import { useTerms } from '../../../i18n/use-terms';
import type { Sample } from '../../../tasks/task';
import { samples } from '../../../tasks/tasks';
import { Button, buttonClass } from '../../../ui/button';
import { Card } from '../../../ui/card';
import { ProblemNotice } from '../../../ui/problem-notice';
import { ProgressBar } from '../../../ui/progress-bar';
import { isActive } from '../../../ui/status-badge';
import { useMe } from '../../auth/auth.queries';
import { hasRows } from '../../data-sets/rows-of';
import { familiesQuery, type Family } from '../../models/families.queries';
import { modelsQuery } from '../../models/models.queries';
import { trainFirst } from './prepare';

/** A project with data sets and no model: trains one of what there is, or says what is missing. */
export function TrainCard({ projectId, dataSets }: { projectId: string; dataSets: DataSet[] }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const { can } = useMe();
  const queryClient = useQueryClient();
  const { data: families } = useQuery(familiesQuery);
  const ready = Object.values(samples).flatMap((sample) => {
    const family = families?.families.find(({ key }) => key === sample.family);
    const sources = family && findSources(family, dataSets);
    return sources ? [{ sample, sources }] : [];
  });
  const train = useMutation({
    mutationFn: ({ sample, sources }: { sample: Sample; sources: Record<string, string> }) =>
      trainFirst(projectId, sample, t(sample.texts.model), sources),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: modelsQuery(projectId).queryKey }),
  });
  const importing = dataSets.find(({ latestImport }) => isActive(latestImport));
  if (importing)
    return (
      <Card title={importing.name} hint={t('import.progress')}>
        <ProgressBar label={t('import.progress')} share={null} />
      </Card>
    );
  const [first] = ready;
  if (!first) return <MissingCard projectId={projectId} dataSets={dataSets} />;
  return (
    <Card title={t('start.trainTitle')} hint={t('start.trainHint')}>
      <div className="space-y-3">
        {can('project:write') && (
          <div className="flex flex-wrap gap-2">
            {ready.map(({ sample, sources }) => (
              <Button
                key={sample.family}
                variant="primary"
                isBusy={train.isPending || train.isSuccess}
                onClick={() => train.mutate({ sample, sources })}
              >
                <Play aria-hidden />
                {ready.length === 1 ? t('start.train') : t('start.trainOf', { name: t(sample.texts.model) })}
              </Button>
            ))}
            <Link
              to="/projects/$projectId/models"
              params={{ projectId }}
              search={{ new: true }}
              className={buttonClass('quiet')}
            >
              {t('start.otherRecipes')}
            </Link>
          </div>
        )}
        <p className="text-muted">{t('start.trainRecipe', { recipe: terms.name('recipes', first.sample.recipe) })}</p>
        {train.isError && <ProblemNotice error={train.error} />}
      </div>
    </Card>
  );
}

/** Data sets without rows, or of kinds that no model learns from alone. */
function MissingCard({ projectId, dataSets }: { projectId: string; dataSets: DataSet[] }) {
  const { t } = useTranslation();
  const empty = dataSets.find((each) => !hasRows(each));
  const failed = empty?.latestImport?.status === 'failed';
  return (
    <Card
      title={empty ? empty.name : t('start.moreTitle')}
      hint={failed ? t('start.failed') : empty ? t('start.empty') : t('start.moreHint')}
    >
      {empty ? (
        <Link
          to="/projects/$projectId/data-sets/$dataSetId"
          params={{ projectId, dataSetId: empty.id }}
          className={buttonClass('primary')}
        >
          {t('start.openDataSet')}
        </Link>
      ) : (
        <Link to="/projects/$projectId/data-sets/new" params={{ projectId }} className={buttonClass('primary')}>
          {t('start.own')}
        </Link>
      )}
    </Card>
  );
}

/** The newest data set with rows for each role of the family; undefined where one that it needs is missing. */
function findSources({ inputs }: Family, dataSets: DataSet[]): Record<string, string> | undefined {
  const found = inputs.map(({ role, kind, required }) => ({
    role,
    required,
    id: dataSets.find((each) => each.kind === kind && hasRows(each))?.id,
  }));
  if (found.some(({ required, id }) => required && !id)) return undefined;
  return Object.fromEntries(found.flatMap(({ role, id }) => (id ? [[role, id]] : [])));
}
