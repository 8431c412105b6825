import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Boxes, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListedModel } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import type { DataColumn } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { ListCard } from '../../ui/list-card';
import { PageHeader } from '../../ui/page-header';
import { RelativeTime } from '../../ui/relative-time';
import { TextLink } from '../../ui/text-link';
import { useCreatedColumn, useNameColumn } from '../../ui/use-list-columns';
import { useMe } from '../auth/auth.queries';
import { ProvenanceBadge } from '../data-sets/provenance-badge';
import { MODEL_STATUSES, modelListQuery, readModelsView } from './models.queries';
import { NewModelDialog } from './new-model-dialog';
import { VerdictBadge } from './verdict-badge';

const TONES = { untrained: 'neutral', training: 'accent', trained: 'success', failed: 'danger' } as const;

export function ModelsPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const navigate = useNavigate();
  const { projectId } = useParams({ from: '/app/projects/$projectId/models' });
  const { new: isNew = false, ...view } = useSearch({ from: '/app/projects/$projectId/models' });
  const models = useInfiniteQuery(modelListQuery(projectId, view));
  const columns = useColumns();
  const [isCreating, setIsCreating] = useState(isNew);
  const show = (next: object, replace = false) =>
    void navigate({
      to: '/projects/$projectId/models',
      params: { projectId },
      search: readModelsView({ ...next }),
      replace,
    });
  const close = () => {
    setIsCreating(false);
    // Neither a reload nor the way back opens it again.
    if (isNew) show(view, true);
  };
  return (
    <>
      <PageHeader
        title={t('models.title')}
        hint={t('models.hint')}
        actions={
          can('project:write') && (
            <Button variant="primary" onClick={() => setIsCreating(true)}>
              <Plus aria-hidden />
              {t('models.new')}
            </Button>
          )
        }
      />
      <ListCard
        label={t('models.title')}
        query={models}
        columns={columns}
        view={view}
        onView={(next) => show(next)}
        searchHint={t('lists.nameOrId')}
        statuses={MODEL_STATUSES.map((value) => ({ value, label: t(`models.statuses.${value}`) }))}
        empty={
          <Card isFlush>
            <EmptyState icon={Boxes} title={t('models.emptyTitle')}>
              {t('models.emptyText')}
            </EmptyState>
          </Card>
        }
        onOpen={({ id }) =>
          void navigate({ to: '/projects/$projectId/models/$modelId', params: { projectId, modelId: id } })
        }
      />
      {isCreating && can('project:write') && <NewModelDialog projectId={projectId} onClose={close} />}
    </>
  );
}

function useColumns(): DataColumn<ListedModel>[] {
  const { t } = useTranslation();
  const terms = useTerms();
  const createdColumn = useCreatedColumn<ListedModel>();
  const nameColumn = useNameColumn<ListedModel>(({ id, projectId, name, latestVersion }) => (
    <span className="inline-flex flex-wrap items-center gap-2">
      <TextLink to="/projects/$projectId/models/$modelId" params={{ projectId, modelId: id }}>
        {name}
      </TextLink>
      <ProvenanceBadge provenance={latestVersion?.provenance} />
    </span>
  ));
  return [
    nameColumn,
    { key: 'recipe', name: t('models.recipe'), cell: ({ recipe }) => terms.name('recipes', recipe) },
    {
      key: 'verdict',
      name: t('models.quality'),
      cell: ({ latestVersion }) => (latestVersion?.verdict ? <VerdictBadge verdict={latestVersion.verdict} /> : '—'),
    },
    {
      key: 'status',
      name: t('projects.state'),
      cell: ({ status }) => <Badge tone={TONES[status]}>{t(`models.statuses.${status}`)}</Badge>,
    },
    {
      key: 'trainedAt',
      name: t('models.lastTrained'),
      isSortable: true,
      cell: ({ latestVersion }) => (latestVersion ? <RelativeTime time={latestVersion.createdAt} /> : '—'),
    },
    createdColumn,
  ];
}
