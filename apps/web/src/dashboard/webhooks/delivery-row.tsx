import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrap, type WebhookDelivery, webhooksReplay } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge, type Tone } from '../../ui/badge';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { Cell } from '../../ui/table';
import { deliveriesQuery } from './webhooks.queries';

const TONES: Record<WebhookDelivery['status'], Tone> = { pending: 'accent', succeeded: 'success', failed: 'danger' };

interface DeliveryRowProps {
  delivery: WebhookDelivery;
  canReplay: boolean;
}

/** A message, what the endpoint last answered to it, and the way to send it again. */
export function DeliveryRow({ delivery, canReplay }: DeliveryRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const { type, messageId, status, attempt, nextAttemptAt, createdAt } = delivery;
  return (
    <tr>
      <Cell>
        <p className="font-medium">{terms.name('events', type)}</p>
        <p className="text-xs whitespace-nowrap text-muted">{format.timestamp(createdAt)}</p>
        <p className="font-mono text-xs text-muted">{messageId}</p>
      </Cell>
      <Cell>
        <Badge tone={TONES[status]}>{t(`deliveryStatus.${status}`)}</Badge>
        {nextAttemptAt && (
          <p className="mt-0.5 text-xs whitespace-nowrap text-muted">
            {t('webhooks.nextAttempt', { time: format.dateTime(nextAttemptAt) })}
          </p>
        )}
      </Cell>
      <Cell isNumber>{format.number(attempt)}</Cell>
      <Cell className="min-w-52">
        <LastAnswer delivery={delivery} />
      </Cell>
      <Cell className="text-right">{canReplay && status !== 'pending' && <ReplayButton delivery={delivery} />}</Cell>
    </tr>
  );
}

function LastAnswer({ delivery }: { delivery: WebhookDelivery }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const last = delivery.attempts.at(-1);
  if (!last) return <span className="text-muted">{t('webhooks.noAnswerYet')}</span>;
  const { responseStatus, error, durationMs } = last;
  const answer = responseStatus === null ? t('webhooks.noAnswer') : t('webhooks.answered', { status: responseStatus });
  return (
    <>
      <p className="tabular-nums">{t('webhooks.answerIn', { answer, duration: durationMs })}</p>
      {error && <p className="text-xs break-words text-muted">{terms.sentences(error)}</p>}
    </>
  );
}

function ReplayButton({ delivery }: { delivery: WebhookDelivery }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const queryClient = useQueryClient();
  const { id: deliveryId, endpointId, type, createdAt } = delivery;
  const replay = useMutation({
    mutationFn: () => unwrap(webhooksReplay({ path: { deliveryId } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: deliveriesQuery(endpointId).queryKey.slice(0, 2) }),
  });
  const event = `${terms.name('events', type)}, ${format.timestamp(createdAt)}`;
  return (
    <>
      <Button
        aria-label={t('webhooks.replayNamed', { event })}
        isBusy={replay.isPending}
        onClick={() => replay.mutate()}
      >
        {t('webhooks.replay')}
      </Button>
      {replay.isError && <ProblemNotice error={replay.error} />}
    </>
  );
}
