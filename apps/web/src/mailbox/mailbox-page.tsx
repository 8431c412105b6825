import { queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { mailboxGet, mailboxList, unwrap } from '../api/client';
import { useFormat } from '../i18n/use-format';
import { Card } from '../ui/card';
import { classNames } from '../ui/class-names';
import { QueryView } from '../ui/query-view';
import { Tabs } from '../ui/tabs';
import { VisitorLayout } from '../visitors/visitor-layout';

const REFRESH_MS = 3_000;

const mailsQuery = queryOptions({
  queryKey: ['mailbox'],
  queryFn: () => unwrap(mailboxList()),
  refetchInterval: REFRESH_MS,
});

const mailQuery = (mailId: string) =>
  queryOptions({ queryKey: ['mailbox', mailId], queryFn: () => unwrap(mailboxGet({ path: { mailId } })) });

/** Every mail of an installation that sends none. */
export function MailboxPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const { mail: chosen } = useSearch({ from: '/_mailbox' });
  const mails = useQuery(mailsQuery);
  return (
    <VisitorLayout title={`${t('mailbox.title')} · Kindred`}>
      <div className="mx-auto max-w-6xl px-4 py-8">
        <h1 className="text-xl font-semibold tracking-tight">{t('mailbox.title')}</h1>
        <p className="mb-5 text-muted">{t('mailbox.hint')}</p>
        <QueryView query={mails}>
          {({ data }) =>
            data.length === 0 ? (
              <p className="text-muted">{t('mailbox.empty')}</p>
            ) : (
              <div className="grid gap-5 lg:grid-cols-[20rem_minmax(0,1fr)] lg:items-start">
                <nav aria-label={t('mailbox.mails')} className="grid max-h-[75vh] gap-1 overflow-y-auto">
                  {data.map(({ id, to, subject, createdAt }) => (
                    <button
                      key={id}
                      type="button"
                      aria-current={id === chosen || undefined}
                      onClick={() => void navigate({ to: '/_mailbox', search: { mail: id } })}
                      className={classNames(
                        'rounded-md px-3 py-2 text-left wrap-anywhere hover:bg-sunken',
                        id === chosen && 'bg-accent-soft',
                      )}
                    >
                      <span className="block font-medium">{subject}</span>
                      <span className="block text-xs text-muted">{`${to} · ${format.dateTime(createdAt)}`}</span>
                    </button>
                  ))}
                </nav>
                {chosen ? <Mail key={chosen} mailId={chosen} /> : <p className="text-muted">{t('mailbox.choose')}</p>}
              </div>
            )
          }
        </QueryView>
      </div>
    </VisitorLayout>
  );
}

function Mail({ mailId }: { mailId: string }) {
  const { t } = useTranslation();
  const mail = useQuery(mailQuery(mailId));
  return (
    <QueryView query={mail}>
      {({ subject, to, text }) => (
        <Card title={subject} hint={t('mailbox.to', { address: to })}>
          <Tabs
            label={subject}
            tabs={[
              {
                key: 'html',
                label: t('mailbox.html'),
                content: (
                  <iframe
                    title={subject}
                    src={`/v1/mailbox/${mailId}/html`}
                    // What it links to opens in a page of its own, as from a program that reads mail.
                    sandbox="allow-popups allow-popups-to-escape-sandbox"
                    className="h-[36rem] w-full rounded-md border border-line bg-white"
                  />
                ),
              },
              {
                key: 'text',
                label: t('mailbox.text'),
                content: <pre className="text-sm wrap-anywhere whitespace-pre-wrap">{text}</pre>,
              },
            ]}
          />
        </Card>
      )}
    </QueryView>
  );
}
