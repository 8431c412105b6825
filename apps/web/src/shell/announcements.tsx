import { queryOptions, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Announcement, announcementsCurrent, unwrap } from '../api/client';
import { mailLanguageOf } from '../i18n/i18n';
import { IconButton } from '../ui/icon-button';
import { Notice } from '../ui/notice';
import { readPreference, writePreference } from './preference';

/** Closed ones are remembered, the newest of them. */
const CLOSED_MAX = 50;
const EVERY_MS = 60_000;

export const TONES = { info: 'info', warning: 'warning', critical: 'danger' } as const;

export const currentAnnouncementsQuery = queryOptions({
  queryKey: ['announcements'],
  queryFn: () => unwrap(announcementsCurrent()),
  refetchInterval: EVERY_MS,
  retry: false,
});

/** What the operator tells everybody now, but what this browser's reader has closed. */
export function Announcements() {
  const { t } = useTranslation();
  const { data: current } = useQuery(currentAnnouncementsQuery);
  const [closed, setClosed] = useState(() => (readPreference('closedAnnouncements') ?? '').split(' '));
  const close = (id: string) => {
    const next = [id, ...closed].slice(0, CLOSED_MAX);
    setClosed(next);
    writePreference('closedAnnouncements', next.join(' '));
  };
  const shown = (current?.data ?? []).filter(({ id }) => !closed.includes(id));
  if (shown.length === 0) return null;
  return (
    <div className="mb-5 space-y-2">
      {shown.map((announcement) => (
        <Notice key={announcement.id} tone={TONES[announcement.severity]}>
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <AnnouncementText announcement={announcement} />
            </div>
            <IconButton
              label={t('announcements.close')}
              icon={X}
              onPress={() => close(announcement.id)}
              className="-my-1.5"
            />
          </div>
        </Notice>
      ))}
    </div>
  );
}

/** In the reader's language. */
export function AnnouncementText({ announcement: { text, url } }: { announcement: Announcement }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <span>{text[mailLanguageOf(i18n.language)]}</span>{' '}
      {url && (
        <a href={url} target="_blank" rel="noreferrer" className="font-medium underline underline-offset-2">
          {t('announcements.more')}
        </a>
      )}
    </>
  );
}
