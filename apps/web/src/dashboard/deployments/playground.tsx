import { useMutation } from '@tanstack/react-query';
import { Sparkles } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { callDeployment, type Deployment } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import type { OperationScreen, Request } from '../../tasks/task';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Choice } from '../../ui/choice';
import { classNames } from '../../ui/class-names';
import { CodeBlock } from '../../ui/code-block';
import { EmptyState } from '../../ui/empty-state';
import { Form } from '../../ui/form';

/** An answer as people read it, or as programs get it. */
type View = 'cards' | 'json';

interface PlaygroundProps {
  deployment: Deployment;
  operation: string;
  /** What a call is counted by. */
  meters: string[];
  screen: OperationScreen;
  /** What the form asks before anybody changes it. */
  initial: Request;
  request: Request;
  onRequest: (request: Request) => void;
}

/** Calls a deployment in the same way as customers' code does. */
export function Playground({ deployment, operation, meters, screen, initial, request, onRequest }: PlaygroundProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { Fields, Beside, Answer, texts } = screen;
  const [view, setView] = useState<View>('cards');
  const call = useMutation({ mutationFn: (asked: Request) => callDeployment(deployment.id, operation, asked) });
  const ask = (asked: Request) => {
    onRequest(asked);
    call.mutate(asked);
  };
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[20rem_minmax(0,1fr)]">
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
          <Fields request={request} deployment={deployment} onRequest={onRequest} onAsk={ask} />
        </Form>
      </Card>
      <div className="min-w-0 space-y-3">
        <div className="flex">
          <Choice<View>
            label={t('playground.view')}
            options={[
              { value: 'cards', label: t('playground.cards') },
              { value: 'json', label: 'JSON' },
            ]}
            value={view}
            onChange={setView}
          />
        </div>
        <div className={classNames('grid items-start gap-5', Beside && 'xl:grid-cols-2')}>
          {!call.isSuccess && (
            <Card>
              <EmptyState icon={Sparkles} title={t(texts.emptyTitle)}>
                {t(texts.emptyText)}
                <br />
                {t('playground.metered', { meters: format.list(meters.map((meter) => terms.name('meters', meter))) })}
              </EmptyState>
            </Card>
          )}
          {call.isSuccess && view === 'cards' && (
            <Answer key={call.submittedAt} answer={call.data} request={call.variables} deployment={deployment} />
          )}
          {call.isSuccess && view === 'json' && (
            <Card title={t('playground.answer')}>
              <CodeBlock label="JSON" code={JSON.stringify(call.data, null, 2)} testId="json" />
            </Card>
          )}
          {Beside && <Beside request={call.variables ?? initial} deployment={deployment} />}
        </div>
      </div>
    </div>
  );
}
