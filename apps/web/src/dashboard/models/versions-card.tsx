import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { PackageCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Model,
  modelsDeleteVersion,
  modelsRenameVersion,
  type ModelVersion,
  type TrainingJob,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { CheckboxField } from '../../ui/field';
import { ManageActions } from '../../ui/manage-actions';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useMe } from '../auth/auth.queries';
import { ProvenanceBadge } from '../data-sets/provenance-badge';
import { DeployDialog } from '../deployments/deploy-dialog';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { Comparison } from './comparison';
import { ExportRunsButton } from './export-runs-button';
import { modelsQuery, versionsQuery } from './models.queries';
import { useVersionName } from './use-version-name';

const POLL_MS = 300;
/** Side by side. */
const COMPARED_MAX = 4;

interface VersionsCardProps {
  model: Model;
  versions: UseQueryResult<ModelVersion[]>;
}

/** What training has produced, newest first, each ready to go live. */
export function VersionsCard({ model, versions }: VersionsCardProps) {
  const { t } = useTranslation();
  const { projectId } = model;
  const [deploying, setDeploying] = useState<ModelVersion | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  const compared = versions.data?.filter(({ id }) => chosen.includes(id)) ?? [];
  return (
    <Card
      title={t('versions.title')}
      hint={versions.data && versions.data.length > 1 && t('versions.compareHint', { most: COMPARED_MAX })}
      actions={<ExportRunsButton model={model} versions={versions.data ?? []} />}
      isFlush
    >
      <QueryView query={versions}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState icon={PackageCheck} title={t('versions.emptyTitle')}>
              {t('versions.emptyText')}
            </EmptyState>
          ) : (
            <>
              <VersionsTable
                projectId={projectId}
                versions={rows}
                onDeploy={setDeploying}
                chosen={chosen}
                onChoose={setChosen}
              />
              {compared.length > 1 && <Comparison model={model} versions={rows} compared={compared} />}
            </>
          )
        }
      </QueryView>
      {deploying && <DeployDialog projectId={projectId} version={deploying} onClose={() => setDeploying(null)} />}
    </Card>
  );
}

/** The versions, asked for again while a job names one that is not among them yet. */
export function useVersions(projectId: string, modelId: string, jobs: TrainingJob[]) {
  return useQuery({
    ...versionsQuery(projectId, modelId),
    refetchInterval: ({ state }) => jobs.some((job) => isMissing(job, state.data)) && POLL_MS,
  });
}

function isMissing({ modelVersionIds }: TrainingJob, versions: ModelVersion[] = []): boolean {
  return modelVersionIds.some((made) => versions.every(({ id }) => id !== made));
}

interface VersionsTableProps {
  projectId: string;
  versions: ModelVersion[];
  onDeploy: (version: ModelVersion) => void;
  /** To be compared, by id. */
  chosen: string[];
  onChoose: (chosen: string[]) => void;
}

function VersionsTable({ projectId, versions, onDeploy, chosen, onChoose }: VersionsTableProps) {
  const { t } = useTranslation();
  const { can } = useMe();
  const terms = useTerms();
  const format = useFormat();
  const versionName = useVersionName();
  const queryClient = useQueryClient();
  const pathOf = ({ id, modelId }: ModelVersion) => ({ projectId, modelId, modelVersionId: id });
  const change = async (answer: Promise<{ data: unknown }>) => {
    await unwrap(answer);
    await queryClient.invalidateQueries({ queryKey: modelsQuery(projectId).queryKey });
  };
  const { data: deployments } = useQuery(deploymentsQuery(projectId));
  return (
    <Table label={t('versions.title')}>
      <thead>
        <tr>
          <HeaderCell>{t('versions.version')}</HeaderCell>
          <HeaderCell>{t('versions.trained')}</HeaderCell>
          <HeaderCell isNumber>{t('versions.size')}</HeaderCell>
          <HeaderCell>{t('versions.liveIn')}</HeaderCell>
          {can('project:write') && (
            <HeaderCell>
              <span className="sr-only">{t('ui.actions')}</span>
            </HeaderCell>
          )}
        </tr>
      </thead>
      <tbody>
        {versions.map((version) => (
          <tr key={version.id}>
            <Cell>
              {versions.length > 1 ? (
                <CheckboxField
                  label={versionName(versions, version.id)}
                  name="compared"
                  checked={chosen.includes(version.id)}
                  disabled={chosen.length >= COMPARED_MAX && !chosen.includes(version.id)}
                  onChange={({ target }) =>
                    onChoose(target.checked ? [...chosen, version.id] : chosen.filter((id) => id !== version.id))
                  }
                />
              ) : (
                <span className="font-medium">{versionName(versions, version.id)}</span>
              )}
              <ProvenanceBadge provenance={version.provenance} />
              {version.warnings.map((warning) => (
                <p key={warning} className="text-xs text-warning">
                  {terms.sentences(warning)}
                </p>
              ))}
            </Cell>
            <Cell className="whitespace-nowrap">{format.dateTime(version.createdAt)}</Cell>
            <Cell isNumber>{format.bytes(version.artifactBytes)}</Cell>
            <Cell>
              <span className="flex flex-wrap gap-1">
                {deployments
                  ?.filter(({ modelVersionId }) => modelVersionId === version.id)
                  .map(({ id, name }) => (
                    <Badge key={id} tone="accent">
                      {name}
                    </Badge>
                  ))}
              </span>
            </Cell>
            {can('project:write') && (
              <Cell className="text-right">
                <span className="inline-flex flex-wrap justify-end gap-2">
                  <ManageActions
                    name={versionName(versions, version.id)}
                    deleteText={t('versions.deleteText')}
                    onRename={(name) => change(modelsRenameVersion({ path: pathOf(version), body: { name } }))}
                    onDelete={() => change(modelsDeleteVersion({ path: pathOf(version) }))}
                  />
                  <Button onClick={() => onDeploy(version)}>{t('versions.deploy')}</Button>
                </span>
              </Cell>
            )}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
