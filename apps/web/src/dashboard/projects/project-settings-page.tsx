import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type ProjectRetention, projectsRetention, projectsSetRetention, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';

/** Days that the platform keeps each, which a project may shorten. */
const MOST = { requestLogDays: 30, keptRequestsDays: 30, trainingLogDays: 90 } as const;
const KEYS = Object.keys(MOST) as (keyof typeof MOST)[];

const retentionQuery = (projectId: string) => ({
  queryKey: ['projects', projectId, 'retention'],
  queryFn: () => unwrap(projectsRetention({ path: { projectId } })),
});

export function ProjectSettingsPage() {
  const { t } = useTranslation();
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const retention = useQuery(retentionQuery(projectId));
  return (
    <>
      <PageHeader title={t('projectSettings.title')} />
      <Card title={t('projectSettings.retention')} hint={t('projectSettings.retentionHint')}>
        <QueryView query={retention}>{(found) => <RetentionForm projectId={projectId} retention={found} />}</QueryView>
      </Card>
    </>
  );
}

function RetentionForm({ projectId, retention }: { projectId: string; retention: ProjectRetention }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (values: FormData) => {
      const daysOf = (key: string) => (values.get(key) === '' ? null : Number(values.get(key)));
      const body = Object.fromEntries(KEYS.map((key) => [key, daysOf(key)])) as ProjectRetention;
      return unwrap(projectsSetRetention({ path: { projectId }, body }));
    },
    onSuccess: (saved) => queryClient.setQueryData(retentionQuery(projectId).queryKey, saved),
  });
  return (
    <div className="max-w-md">
      <Form
        onSubmit={save.mutate}
        error={save.error}
        actions={
          can('project:write') && (
            <Button type="submit" variant="primary" isBusy={save.isPending}>
              {t('projectSettings.save')}
            </Button>
          )
        }
      >
        {KEYS.map((key) => (
          <TextField
            key={key}
            label={t(`projectSettings.${key}`)}
            name={key}
            type="number"
            min={1}
            max={MOST[key]}
            defaultValue={retention[key] ?? ''}
            placeholder={String(MOST[key])}
            hint={t('projectSettings.days', { most: MOST[key] })}
            disabled={!can('project:write')}
          />
        ))}
        {save.isSuccess && <Notice tone="success">{t('projectSettings.saved')}</Notice>}
      </Form>
    </div>
  );
}
