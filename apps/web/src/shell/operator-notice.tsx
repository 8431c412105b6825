import { useTranslation } from 'react-i18next';
import type { Me } from '../api/client';
import { Notice } from '../ui/notice';

/** What an operator has to know of their own login: that it lacks a second factor, where it must not, or may for trying out. */
export function OperatorNotice({ me }: { me: Me }) {
  const { t } = useTranslation();
  const isForTrying = 'mailbox' in document.documentElement.dataset;
  if (!me.needsSecondFactor && !isForTrying) return null;
  return (
    <div className="mb-5">
      <Notice tone="warning">{me.needsSecondFactor ? t('operatorLogin.needed') : t('operatorLogin.trial')}</Notice>
    </div>
  );
}
