import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { MessageSquare } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type SupportMessage, supportMessagesMark, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Choice } from '../../ui/choice';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { SearchForm } from '../../ui/search-form';
import { useOrganizationColumn } from '../organization-column';
import { MESSAGES_KEY, messagesQuery, readMessagesView } from './messages.queries';

/** What customers write, next to what they pay. */
export function MessagesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const columns = useColumns();
  const view = useSearch({ from: '/app/admin/support-messages' });
  const messages = useInfiniteQuery(messagesQuery(view));
  const show = (next: Record<string, unknown>) =>
    void navigate({ to: '/admin/support-messages', search: readMessagesView(next) });
  return (
    <>
      <PageHeader
        title={t('operator.messages.title')}
        hint={t('operator.messages.hint')}
        actions={
          <>
            <Choice
              label={t('operator.messages.state')}
              value={view.state ?? 'open'}
              onChange={(state) => show({ ...view, state })}
              options={[
                { value: 'open', label: t('operator.messages.open') },
                { value: 'done', label: t('operator.messages.done') },
              ]}
            />
            <SearchForm
              hint={t('operator.messages.searchHint')}
              search={view.search}
              isBusy={messages.isPlaceholderData}
              onSearch={(search) => show({ ...view, search })}
            />
          </>
        }
      />
      <QueryView query={messages}>
        {({ pages }) => (
          <Card isFlush>
            {pages[0]!.data.length === 0 ? (
              <EmptyState icon={MessageSquare} title={t('operator.messages.none')}>
                {t('operator.messages.noneText')}
              </EmptyState>
            ) : (
              <DataTable
                label={t('operator.messages.title')}
                columns={columns}
                rows={pages.flatMap(({ data }) => data)}
                keyOf={({ id }) => id}
              />
            )}
            <MoreButton query={messages} />
          </Card>
        )}
      </QueryView>
    </>
  );
}

function useColumns(): DataColumn<SupportMessage>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const organization = useOrganizationColumn();
  return [
    {
      key: 'message',
      name: t('operator.messages.message'),
      cell: ({ text, page, email }) => (
        <div className="max-w-xl text-left">
          <p className="wrap-anywhere whitespace-pre-line">{text}</p>
          <p className="mt-0.5 text-xs wrap-anywhere text-muted">
            {email ?? t('operator.messages.gone')} · {page}
          </p>
        </div>
      ),
    },
    organization,
    {
      key: 'upcoming',
      name: t('operator.messages.upcoming'),
      isNumber: true,
      cell: ({ upcomingTotal, currency, plan }) => (
        <>
          <span className="font-semibold">{format.money(upcomingTotal, currency)}</span>
          <span className="block text-xs text-muted">{plan}</span>
        </>
      ),
    },
    {
      key: 'written',
      name: t('operator.messages.written'),
      cell: ({ createdAt }) => <RelativeTime time={createdAt} />,
    },
    { key: 'mark', name: t('ui.actions'), cell: (message) => <MarkButton message={message} /> },
  ];
}

function MarkButton({ message: { id, isDone } }: { message: SupportMessage }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const mark = useMutation({
    mutationFn: () => unwrap(supportMessagesMark({ path: { messageId: id }, body: { isDone: !isDone } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: MESSAGES_KEY }),
  });
  return (
    <>
      <Button isBusy={mark.isPending} onClick={() => mark.mutate()}>
        {isDone ? t('operator.messages.reopen') : t('operator.messages.markDone')}
      </Button>
      {mark.isError && <ProblemNotice error={mark.error} />}
    </>
  );
}
