import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Deployment, deploymentsUpdate, type ModelVersion, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { SelectField } from '../../ui/field';
import { Form } from '../../ui/form';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { useMe } from '../auth/auth.queries';
import { modelQuery, versionsQuery } from '../models/models.queries';
import { useVersionName } from '../models/use-version-name';
import { deploymentsQuery } from './deployments.queries';

/** Which version answers, and the switch to another of the same model. */
export function LiveVersionCard({ deployment }: { deployment: Deployment }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { can } = useMe();
  const versionName = useVersionName();
  const { projectId, modelId, modelVersionId } = deployment;
  const { data: model } = useQuery(modelQuery(projectId, modelId));
  const versions = useQuery(versionsQuery(projectId, modelId));
  return (
    <QueryView query={versions}>
      {(rows) => (
        <Card title={t('deployments.live')}>
          <div className="flex flex-wrap items-end justify-between gap-4">
            <div className="min-w-0 flex-1 basis-80">
              <FactList
                facts={[
                  {
                    name: t('deployments.model'),
                    value: (
                      <TextLink to="/projects/$projectId/models/$modelId" params={{ projectId, modelId }}>
                        {model?.name ?? '…'}
                      </TextLink>
                    ),
                  },
                  {
                    name: t('versions.version'),
                    value: (
                      <span className="inline-flex min-h-6 items-center">{versionName(rows, modelVersionId)}</span>
                    ),
                  },
                  {
                    name: t('versions.trained'),
                    value: (
                      <span className="inline-flex min-h-6 items-center">
                        {format.date(rows.find(({ id }) => id === modelVersionId)?.createdAt ?? deployment.updatedAt)}
                      </span>
                    ),
                  },
                ]}
              />
            </div>
            {can('project:write') && rows.length > 1 && <VersionSwitch deployment={deployment} versions={rows} />}
          </div>
        </Card>
      )}
    </QueryView>
  );
}

function VersionSwitch({ deployment, versions }: { deployment: Deployment; versions: ModelVersion[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const versionName = useVersionName();
  const queryClient = useQueryClient();
  const { projectId, id: deploymentId } = deployment;
  const update = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(
        deploymentsUpdate({
          path: { projectId, deploymentId },
          body: { modelVersionId: String(values.get('modelVersionId')) },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: deploymentsQuery(projectId).queryKey }),
  });
  return (
    <Form
      isInline
      onSubmit={update.mutate}
      error={update.error}
      actions={
        <Button type="submit" isBusy={update.isPending}>
          {t('deployments.switch')}
        </Button>
      }
    >
      <SelectField
        key={deployment.modelVersionId}
        label={t('deployments.switchTo')}
        name="modelVersionId"
        defaultValue={deployment.modelVersionId}
      >
        {versions.map(({ id, createdAt }) => (
          <option key={id} value={id}>
            {`${versionName(versions, id)} · ${format.dateTime(createdAt)}`}
          </option>
        ))}
      </SelectField>
    </Form>
  );
}
