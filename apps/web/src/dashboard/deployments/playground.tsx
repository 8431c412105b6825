import { useMutation } from '@tanstack/react-query';
import { Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { callDeployment, type Deployment } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import type { OperationScreen, Request } from '../../tasks/task';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { Form } from '../../ui/form';

interface PlaygroundProps {
  deployment: Deployment;
  operation: string;
  /** What a call is counted by. */
  meters: string[];
  screen: OperationScreen;
  request: Request;
  onRequest: (request: Request) => void;
}

/** Calls a deployment in the same way as customers' code does. */
export function Playground({ deployment, operation, meters, screen, request, onRequest }: PlaygroundProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { Fields, Answer, texts } = screen;
  const call = useMutation({ mutationFn: (asked: Request) => callDeployment(deployment.id, operation, asked) });
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[19rem_1fr]">
      <Card title={t('playground.request')}>
        <Form
          onSubmit={() => call.mutate(request)}
          error={call.error}
          actions={
            <Button type="submit" variant="primary" isBusy={call.isPending} className="w-full">
              {t(texts.submit)}
            </Button>
          }
        >
          <Fields request={request} onRequest={onRequest} />
        </Form>
      </Card>
      {call.isSuccess ? (
        <Answer key={call.submittedAt} answer={call.data} request={call.variables} deployment={deployment} />
      ) : (
        <Card>
          <EmptyState icon={Sparkles} title={t(texts.emptyTitle)}>
            {t(texts.emptyText)}
            <br />
            {t('playground.metered', { meters: format.list(meters.map((meter) => terms.name('meters', meter))) })}
          </EmptyState>
        </Card>
      )}
    </div>
  );
}
