import { useTranslation } from 'react-i18next';
import { PasskeyError } from '../api/passkeys';
import { NO_ANSWER, ProblemError } from '../api/problem';
import { useTerms } from '../i18n/use-terms';
import { Button } from './button';
import { Notice } from './notice';
import { RequestId } from './request-id';

/** What went wrong, in words for the reader, and the id to quote to support. Text of other errors stays out of sight. */
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const problem = error instanceof ProblemError ? error : null;
  if (error instanceof PasskeyError) return <Notice tone="danger">{t(`passkey.${error.problem}`)}</Notice>;
  const unknown = problem?.status === NO_ANSWER ? t('problem.noAnswer') : t('problem.unknown');
  return (
    <Notice tone="danger">
      <p>{problem?.detail ? terms.problem({ code: problem.code, detail: problem.detail }) : unknown}</p>
      {problem && <RequestId problem={problem} />}
      {onRetry && (
        <Button className="mt-2" onClick={onRetry}>
          {t('problem.retry')}
        </Button>
      )}
    </Notice>
  );
}
