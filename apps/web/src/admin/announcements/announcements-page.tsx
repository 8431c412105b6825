import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Megaphone } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Announcement,
  announcementsCreate,
  announcementsDelete,
  announcementsList,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { AnnouncementText, currentAnnouncementsQuery, TONES } from '../../shell/announcements';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { DateTimeField, readTime, toLocalTime } from '../../ui/date-time-field';
import { EmptyState } from '../../ui/empty-state';
import { SelectField, TextAreaField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';

const SEVERITIES = ['info', 'warning', 'critical'] as const;
const DAY_MS = 86_400_000;

const announcementsQuery = infiniteQueryOptions({
  queryKey: ['admin', 'announcements'],
  queryFn: ({ pageParam: cursor }) => unwrap(announcementsList({ query: { cursor } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
});

/** What everybody is told, was told and will be told. */
export function AnnouncementsPage() {
  const { t } = useTranslation();
  const [isCreating, setIsCreating] = useState(false);
  const announcements = useInfiniteQuery(announcementsQuery);
  const columns = useColumns();
  return (
    <>
      <PageHeader
        title={t('announcements.title')}
        hint={t('announcements.hint')}
        actions={
          <Button variant="primary" onClick={() => setIsCreating(true)}>
            {t('announcements.new')}
          </Button>
        }
      />
      <QueryView query={announcements}>
        {({ pages }) => (
          <Card isFlush>
            {pages[0]!.data.length === 0 ? (
              <EmptyState icon={Megaphone} title={t('announcements.none')}>
                {t('announcements.noneText')}
              </EmptyState>
            ) : (
              <DataTable
                label={t('announcements.title')}
                columns={columns}
                rows={pages.flatMap(({ data }) => data)}
                keyOf={({ id }) => id}
              />
            )}
            <MoreButton query={announcements} />
          </Card>
        )}
      </QueryView>
      {isCreating && <NewDialog onClose={() => setIsCreating(false)} />}
    </>
  );
}

function useAnnouncementsChange<T>(change: (value: T) => Promise<unknown>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      for (const { queryKey } of [announcementsQuery, currentAnnouncementsQuery])
        await queryClient.invalidateQueries({ queryKey });
      onSuccess?.();
    },
  });
}

function NewDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const create = useAnnouncementsChange((values: FormData) => {
    const text = (name: string) => String(values.get(name)).trim();
    return unwrap(
      announcementsCreate({
        body: {
          severity: text('severity') as Announcement['severity'],
          text: { en: text('text.en'), zh: text('text.zh') },
          url: text('url') || null,
          startsAt: readTime(values, 'startsAt') ?? '',
          endsAt: readTime(values, 'endsAt') ?? '',
        },
      }),
    );
  }, onClose);
  const [times] = useState(() => ({ from: toLocalTime(new Date()), to: toLocalTime(new Date(Date.now() + DAY_MS)) }));
  return (
    <FormDialog
      title={t('announcements.new')}
      submitLabel={t('announcements.create')}
      onSubmit={(values) => create.mutate(values)}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <SelectField label={t('announcements.severity')} name="severity" defaultValue="info">
        {SEVERITIES.map((severity) => (
          <option key={severity} value={severity}>
            {t(`announcements.severities.${severity}`)}
          </option>
        ))}
      </SelectField>
      <TextAreaField label={t('announcements.english')} name="text.en" maxLength={500} required lang="en" />
      <TextAreaField label={t('announcements.chinese')} name="text.zh" maxLength={500} required lang="zh-CN" />
      <TextField label={t('announcements.link')} name="url" type="url" placeholder="https://" />
      <div className="grid gap-3 sm:grid-cols-2">
        <DateTimeField label={t('announcements.from')} name="startsAt" required defaultValue={times.from} />
        <DateTimeField label={t('announcements.to')} name="endsAt" required defaultValue={times.to} />
      </div>
    </FormDialog>
  );
}

function useColumns(): DataColumn<Announcement>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'text',
      name: t('announcements.text'),
      cell: (announcement) => (
        <div className="max-w-xl text-left wrap-anywhere">
          <AnnouncementText announcement={announcement} />
        </div>
      ),
    },
    {
      key: 'severity',
      name: t('announcements.severity'),
      cell: ({ severity }) => (
        <Badge tone={severity === 'info' ? 'neutral' : TONES[severity]}>
          {t(`announcements.severities.${severity}`)}
        </Badge>
      ),
    },
    {
      key: 'time',
      name: t('announcements.time'),
      cell: ({ startsAt, endsAt }) => `${format.dateTime(startsAt)} – ${format.dateTime(endsAt)}`,
    },
    { key: 'delete', name: t('ui.actions'), cell: ({ id }) => <DeleteButton id={id} /> },
  ];
}

function DeleteButton({ id }: { id: string }) {
  const { t } = useTranslation();
  const remove = useAnnouncementsChange(() => unwrap(announcementsDelete({ path: { announcementId: id } })));
  return (
    <>
      <Button isBusy={remove.isPending} onClick={() => remove.mutate(undefined)}>
        {t('announcements.delete')}
      </Button>
      {remove.isError && <ProblemNotice error={remove.error} />}
    </>
  );
}
