import { useTranslation } from 'react-i18next';
import type { Me } from '../api/client';
import { Notice } from '../ui/notice';
import { TextLink } from '../ui/text-link';

/** On every page of an organization that may not be worked with: why, what stays, and how to reach whoever decided it. */
export function SuspensionNotice({ suspension }: { suspension: NonNullable<Me['suspension']> }) {
  const { t } = useTranslation();
  return (
    <div className="mb-5">
      <Notice tone="danger">
        <p className="font-semibold">{t('suspension.title')}</p>
        <p className="mt-1 whitespace-pre-line">{suspension.reason}</p>
        <p className="mt-1">{t('suspension.text')}</p>
        <p className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
          <TextLink to="/billing">{t('billing.title')}</TextLink>
          <TextLink to="/organization">{t('organization.export')}</TextLink>
        </p>
      </Notice>
    </div>
  );
}
