import { useMutation } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { impersonationsLeave, type Me, unwrap } from '../api/client';
import type { Member } from '../dashboard/auth/auth.queries';
import { Button } from '../ui/button';

const MINUTE_MS = 60_000;

/** A new page, on which nothing is left of the customer's. */
const leave = () => window.location.assign('/admin/organizations');

interface ImpersonationBannerProps {
  me: Member;
  impersonation: NonNullable<Me['impersonation']>;
}

/** At the foot of every page while an operator acts in a customer's organization: as whom, why, for how long, and the way out. */
export function ImpersonationBanner({ me, impersonation }: ImpersonationBannerProps) {
  const { t } = useTranslation();
  const leftMs = useTimeLeft(impersonation.endsAt);
  const end = useMutation({ mutationFn: () => unwrap(impersonationsLeave()), onSettled: leave });
  return (
    <section
      aria-label={t('impersonation.title')}
      className="sticky bottom-0 z-20 flex flex-wrap items-center gap-x-4 gap-y-2 bg-danger px-4 py-2.5 text-danger-ink sm:px-6"
    >
      <Eye aria-hidden className="size-4 shrink-0" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-semibold break-words">
          {t('impersonation.as', {
            operator: me.user.email,
            organization: me.organization.name,
            who: impersonation.memberEmail ?? t(`roles.${me.role}`),
          })}
        </p>
        <p className="text-xs break-words">
          {impersonation.reason} · {t('impersonation.left', { count: Math.max(0, Math.ceil(leftMs / MINUTE_MS)) })}
        </p>
      </div>
      <Button isBusy={end.isPending} onClick={() => end.mutate()}>
        {t('impersonation.end')}
      </Button>
    </section>
  );
}

/** Milliseconds; once there are none the page is left. */
function useTimeLeft(endsAt: string): number {
  const [nowMs, setNowMs] = useState(Date.now);
  const endMs = Date.parse(endsAt);
  useEffect(() => {
    const timer = setInterval(() => {
      setNowMs(Date.now());
      if (Date.now() >= endMs) leave();
    }, 5_000);
    return () => clearInterval(timer);
  }, [endMs]);
  return endMs - nowMs;
}
