import { useTranslation } from 'react-i18next';
import { NO_ANSWER, ProblemError } from '../api/problem';
import { useTerms } from '../i18n/use-terms';
import { Button } from './button';
import { Notice } from './notice';

/** What went wrong, in words for the reader, and the id to quote to support. Text of other errors stays out of sight. */
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const problem = error instanceof ProblemError ? error : null;
  const unknown = problem?.status === NO_ANSWER ? t('problem.noAnswer') : t('problem.unknown');
  return (
    <Notice tone="danger">
      <p>{problem?.detail ? terms.text(`problems.${problem.code}`, problem.detail) : unknown}</p>
      {problem?.requestId && (
        <p className="mt-0.5 text-xs">
          {t('problem.requestId')} <code className="font-mono">{problem.requestId}</code>
        </p>
      )}
      {onRetry && (
        <Button className="mt-2" onClick={onRetry}>
          {t('problem.retry')}
        </Button>
      )}
    </Notice>
  );
}
